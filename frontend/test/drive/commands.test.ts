import {expect, test} from 'vitest'

import {commandOf, isDenial, named, patience} from '../../src/drive/commands'
import {COMMANDS, LANGUAGES} from '../../src/drive/phrases'
import {reply} from '../fakes'
import {cut, drive, session} from './kit'

test.each([
  ['Repeat.', 'repeat', ''],
  ['say that again, please', 'repeat', ''],
  ['okay Janus stop', 'stop', ''],
  ['What needs me?', 'needs', ''],
  ["What's going on", 'needs', ''],
  ['switch to the cart', 'switch', 'the cart'],
  ['New session in flower-mail', 'new', 'flower mail'],
  ['new session', 'new', ''],
  ['never mind', 'scratch', ''],
  ['End session.', 'end', ''],
])('"%s" is a command', (text, name, rest) => expect(commandOf(text)).toEqual({name, rest}))

test.each([
  'stop the server', 'repeat the tests', 'more tests please', 'please', 'go back to the old version', 'next to the button', 'switch to',
  'end the session handling in the login', 'tell me what needs me to do it', 'help me with the tests', 'scratch that file', 'no more', '',
])('"%s" is none', text => expect(commandOf(text)).toBeNull())

test.each([['de', 'Was gibt es?', 'needs'], ['de', 'wechsle zu Warenkorb', 'switch'], ['fr', "s'il te plaît, répète", 'repeat'], ['es', 'más despacio', 'slower'], ['de', 'stop', 'stop'], ['de', 'repeat', 'repeat']])(
  '%s: "%s"', (language, text, name) => expect(commandOf(text, language)?.name).toBe(name))

test('English has a phrase for every command, no phrase means two things, and none is a refusal', () => {
  expect(Object.keys(LANGUAGES['en']!.commands).sort()).toEqual([...COMMANDS].sort())
  for (const {commands, deny} of Object.values(LANGUAGES)) {
    const all = Object.values(commands).flat()
    expect(all).toEqual([...new Set(all)])
    expect(all.filter(phrase => deny.includes(phrase))).toEqual([])
    for (const phrase of [...all, ...deny]) expect(phrase).toMatch(/^[\p{Ll}' ]+\*?$/u)
  }
})

test.each(['no', 'No thank you.', "Don't do that!", 'please reject it'])('"%s" refuses', text => expect(isDenial(text)).toBe(true))
test.each(['no problem, allow it once', 'not', 'denying is fine', 'yes'])('"%s" does not', text => expect(isDenial(text)).toBe(false))

test.each([
  ['cart', ['Fix the cart']],
  ['fix the cart', ['Fix the cart']],
  ['docs', ['Write the docs']],
  ['the', ['Fix the cart', 'Write the docs']],
  ['flowermail', ['flower-mail']],
  ['kitchen', []],
])('"%s" names %j', (rest, names) => expect(named(rest, ['Fix the cart', 'Write the docs', 'flower-mail'], it => it)).toEqual(names))

test('nobody waits longer than for an open sentence', () => {
  for (const text of ['yes', 'and', 'what is this', 'run all of the tests, and']) {
    for (const sure of [true, false]) expect(patience(text, sure)).toBeLessThanOrEqual(2500)
  }
})

test('on entering, what is to be known of all sessions; "next" walks through what needs, failed and is done', async () => {
  const it = drive()
  const [cart, docs, build] = it.all
  it.janus.digest.mockResolvedValue({text: '1 needs you: Fix the cart.', needs: [cart!], failed: [build!], finished: [docs!], working: 0})
  await it.driver.begin()
  await it.look()
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['1 needs you: Fix the cart.', 'You are in Fix the cart.'])
  expect(it.janus.open).toHaveBeenLastCalledWith('s')

  const next = async (more = {}) => {
    await it.user('next')
    await it.time.pass(500)
    await it.look(more)
    await it.time.pass(5000)
    return it.heard()
  }
  expect(await next()).toEqual(['Fix the cart needs you.'])
  expect(await next({messages: [reply({id: 'u', content: 'The build failed.'})]})).toEqual(['Broken build failed.', 'The build failed.'])
  expect(await next({messages: [reply({id: 'v', content: 'All is written.'})]})).toEqual(['Write the docs is done.', 'All is written.'])
  expect(it.janus.open).toHaveBeenLastCalledWith('t')
  expect(await next()).toEqual(['That was the last one.'])
  await it.user('back')
  await it.time.pass(500)
  expect(it.janus.open).toHaveBeenLastCalledWith('u')
})

test('sessions are switched, begun and ended by their names', async () => {
  const it = drive()
  await it.ready()
  await it.user('switch to the docs')
  await it.time.pass(300)
  await it.look()
  await it.time.pass(3000)
  expect(it.heard()).toEqual(['Now in Write the docs.'])
  await it.user('switch to kitchen')
  await it.time.pass(3000)
  expect(it.heard()).toEqual(['No session is called kitchen.'])
  await it.user('end session')
  await it.time.pass(9000)
  expect(it.janus.end).toHaveBeenCalledWith('t')
  expect(it.heard()).toEqual(['Ending Write the docs.', 'The session has ended.', 'The summary:', 'The cart was fixed.', 'It is saved on the computer.'])
  await it.user('new session in flower mail')
  await it.time.pass(5000)
  await it.user('look at the tests of the mail')
  await it.time.pass(2000)
  expect(it.janus.begin).toHaveBeenCalledWith('q', 'look at the tests of the mail')
})

test('nothing is heard twice of a session that was left and is visited again', async () => {
  const it = drive()
  await it.ready()
  const answer = (content: string) => ({messages: [reply({id: 'a', content, is_streaming: true, stop_reason: null})], busy: true})
  await it.look(answer('One. Two'))
  await it.time.pass(1000)
  it.driver.open('t')
  await it.look({messages: [], busy: false})
  it.driver.open('s')
  await it.look(answer('One. Two. Three. '))
  await it.look({messages: [reply({id: 'a', content: 'One. Two. Three.'})], busy: false})
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['One.', 'Two.', 'Three.'])
})

test('what is said without a connection is kept, and one sentence says when it is back', async () => {
  const it = drive()
  await it.ready()
  await it.look({connected: false})
  await it.user('what is in the tests')
  await it.time.pass(4000)
  expect(it.janus.send).toHaveBeenCalledWith('s', 'what is in the tests')
  await it.time.pass(9000)
  await it.look({connected: true})
  await it.time.pass(3000)
  expect(it.heard()).toEqual(['Kept, until there is a connection.', 'The connection is back.'])
  expect(it.cues.filter(cue => ['lost', 'back'].includes(cue))).toEqual(['lost', 'back'])
})

test('of a link that flickers one sentence is said', async () => {
  const it = drive()
  await it.ready()
  for (const connected of [false, true, false, true]) {
    await it.look({connected})
    await it.time.pass(2500)
  }
  expect(it.heard()).toEqual(['The connection is back.'])
  expect(it.cues.filter(cue => cue === 'back')).toHaveLength(2)
})

test('a cut in the middle of an answer: the rest is said once', async () => {
  const it = drive()
  await it.ready()
  const growing = (content: string) => ({messages: [reply({content, is_streaming: true, stop_reason: null})], busy: true})
  await it.look(growing('One. Two. Th'))
  await it.look({connected: false})
  await it.time.pass(20_000)
  await it.look({connected: true})
  await it.look({...growing(''), busy: false, messages: [reply({content: 'One. Two. Three. Four.'})]})
  await it.time.pass(8000)
  expect(it.heard()).toEqual(['One.', 'Two.', 'The connection is back.', 'Three.', 'Four.'])
})

test('without Janus the digest says so, and the drive begins all the same', async () => {
  const it = drive()
  it.janus.digest.mockRejectedValue(cut())
  await it.driver.begin('s')
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['The connection is lost.', 'You are in Fix the cart.'])
})

test('louder, repeat, help and leaving', async () => {
  const it = drive()
  await it.ready()
  it.louder.mockReturnValueOnce(false)
  await it.user('louder')
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['It cannot be louder. Use the buttons of the phone.'])
  await it.look({busy: true})
  await it.look({busy: false, messages: [reply({content: 'It is 42.'})]})
  await it.time.pass(2000)
  await it.user('say that again')
  await it.time.pass(2000)
  expect(it.heard()).toEqual(['It is 42.', 'It is 42.'])
  await it.user('help')
  await it.time.pass(30_000)
  expect(it.heard().join(' ')).toContain('scratch that')
  it.driver.tapTalk()
  await it.user('exit')
  await it.time.pass(1000)
  expect(it.leave).toHaveBeenCalledOnce()
  expect(session('a', 'b').name).toBe('b')
})

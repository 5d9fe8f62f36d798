import {expect, test} from 'vitest'

import {TURN} from '../../src/drive/floor'
import {reply} from '../fakes'
import {drive} from './kit'

const growing = (content: string, more = {}) => reply({content, is_streaming: true, stop_reason: null, ...more})

test('what is said is sent after a pause, the answer is heard while it grows, and then it is the user\'s turn again', async () => {
  const it = drive()
  await it.ready()
  await it.user('where is the shopping cart defined')
  await it.time.pass(1100)
  expect(it.janus.send).not.toHaveBeenCalled()
  await it.time.pass(300)
  expect(it.janus.send).toHaveBeenCalledWith('s', 'where is the shopping cart defined')
  expect(it.heard()).toEqual(['Okay.'])
  expect(it.cues).toEqual(['sent'])

  await it.look({busy: true, messages: [growing('It is in cart dot p y. It has')]})
  await it.time.pass(700)
  expect(it.heard()).toEqual(['It is in cart dot p y.'])
  await it.look({messages: [growing('It is in cart dot p y. It has a total. And')]})
  await it.look({busy: false, messages: [reply({content: 'It is in cart dot p y. It has a total. And more.'})]})
  await it.time.pass(4000)
  expect(it.heard()).toEqual(['It has a total.', 'And more.'])
  expect(it.ears.open).toBe(true)
  expect(it.cues).toEqual(['sent', 'done', 'listening'])
})

test('the first word comes at most 0.7 seconds after the first sentence, also while Janus waits to be told to take it back', async () => {
  for (const wait of [0, 200, 600, 1500, 2900, 4000]) {
    const it = drive()
    await it.ready()
    await it.user('go ahead and look at it')
    await it.time.pass(2000 + wait)
    const at = it.time.now()
    await it.look({busy: true, messages: [growing('One. ')]})
    await it.time.pass(0)
    await it.look({messages: [growing('One. T')]})
    await it.time.pass(3000)
    const first = it.mouth.said.find(({text}) => text === 'One.')!
    expect(first.at - at).toBeLessThanOrEqual(700)
  }
})

test.each([
  ['yes', 250],
  ['the second one', 250],
  ['run the tests of the cart', 1200],
  ['run the tests and', 2500],
  ['what does it do, um', 2500],
  ['rename it, send it', 250],
])('"%s" is sent after %i ms', async (text, patience) => {
  const it = drive()
  await it.ready()
  await it.user(text)
  await it.time.pass(patience - 10)
  expect(it.janus.send).not.toHaveBeenCalled()
  await it.time.pass(200)
  expect(it.janus.send).toHaveBeenCalledWith('s', text.replace(', send it', ','))
})

test('a recogniser that stops at a pause is started again, and the parts are one message', async () => {
  const it = drive()
  await it.ready()
  await it.user('run the tests and')
  it.ears.end()
  await it.time.pass(500)
  await it.user('then tell me which ones failed')
  it.ears.end()
  await it.time.pass(2000)
  expect(it.janus.send.mock.calls).toEqual([['s', 'run the tests and then tell me which ones failed']])
})

test('a tap sends at once, and a tap while Janus speaks makes it listen', async () => {
  const it = drive()
  await it.ready()
  await it.user('what is this and')
  it.driver.tapTalk()
  await it.time.pass(100)
  expect(it.janus.send).toHaveBeenCalledWith('s', 'what is this and')
  await it.look({busy: true, messages: [growing('It is a shop that sells flowers by mail. It sells. ')]})
  await it.time.pass(1000)
  expect(it.room.speaking).toBe(true)

  it.driver.tapTalk()
  expect(it.room.speaking).toBe(false)
  await it.time.pass(TURN + 10)
  expect(it.ears.open).toBe(true)
})

test('"scratch that" takes the message back', async () => {
  const it = drive()
  await it.ready()
  await it.user('delete all of it now')
  await it.time.pass(2000)
  await it.look({busy: true})
  await it.user('scratch that')
  await it.time.pass(1000)
  expect(it.janus.takeBack).toHaveBeenCalledWith('m1')
  expect(it.mouth.texts.at(-1)).toBe('Taken back.')
  expect(it.janus.send).toHaveBeenCalledTimes(1)
})

test('three seconds after it was sent Janus does not listen any more while the agent works', async () => {
  const it = drive()
  await it.ready()
  await it.user('look at all of the tests')
  await it.look({busy: true})
  await it.time.pass(3000)
  expect(it.ears.open).toBe(true)
  await it.time.pass(3000)
  expect(it.ears.open).toBe(false)
  await it.time.pass(20_000)
  expect(it.cues).toContain('working')
})

test('steps are one clause, and each is told once', async () => {
  const it = drive()
  await it.ready()
  const call = (id: string, kind: string, title: string) => ({id, kind, title, name: kind, status: 'completed' as const})
  const tool_calls = [call('1', 'read', 'a.py'), call('2', 'read', 'b.py'), call('3', 'read', 'c.py'), call('4', 'execute', 'npm test')]
  await it.user('look at all of the tests')
  await it.time.pass(8000)
  await it.look({busy: true, messages: [growing('', {tool_calls})]})
  await it.time.pass(30_000)
  expect(it.heard()).toEqual(['Okay.', 'Reading three files, and running npm test.'])
})

test('a voice that never reports its end is given up, and nothing is said twice', async () => {
  const it = drive()
  await it.ready()
  it.mouth.broken = true
  it.driver.say('One.', 'Two.')
  await it.time.pass(90_000)
  expect(it.heard()).toEqual(['One.', 'Two.'])
  expect(it.mouth.stopped).toBe(2)
})

test('a recogniser that never ends does not stop the drive', async () => {
  const it = drive()
  await it.ready()
  it.ears.stubborn = true
  await it.user('look at all of the tests')
  await it.time.pass(5000)
  expect(it.janus.send).toHaveBeenCalledTimes(1)
  expect(it.heard()).toEqual(['Okay.'])
})

test('a microphone that is lost is tried again, and then announced; a tap begins anew', async () => {
  const it = drive()
  await it.ready()
  for (let time = 0; time < 3; time++) {
    it.ears.trouble('No microphone was found.', true)
    await it.time.pass(2000)
  }
  expect(it.heard()).toEqual(['The microphone is lost. Tap, to talk.'])
  expect([it.problems.at(-1), it.cues.at(-1), it.ears.open]).toEqual(['No microphone was found.', 'error', false])
  await it.time.pass(20_000)
  expect(it.ears.open).toBe(false)

  it.driver.tapTalk()
  await it.time.pass(1000)
  expect(it.ears.open).toBe(true)
})

test('who comes back to the page is listened to again', async () => {
  const it = drive()
  await it.ready()
  for (let time = 0; time < 3; time++) {
    it.ears.trouble('Something else took the microphone.', true)
    await it.time.pass(5000)
  }
  expect(it.ears.open).toBe(false)
  it.driver.wake()
  await it.time.pass(1000)
  expect([it.ears.open, it.problems.at(-1)]).toEqual([true, ''])
})

test('a tap on stop is for Janus while the agent rests, and for the agent while it works', async () => {
  const it = drive()
  await it.ready()
  it.driver.say('One. ', 'Two.')
  await it.time.pass(100)
  it.driver.tapStop()
  await it.time.pass(1000)
  expect([it.heard(), it.ears.open]).toEqual([['One.'], true])
  await it.look({busy: true})
  it.driver.tapStop()
  await it.time.pass(1000)
  expect(it.janus.stop).toHaveBeenCalledOnce()
  expect(it.heard()).toEqual(['Stopped.'])
})

test('a long answer that is there begins in short, and "more" goes on where it stopped', async () => {
  const it = drive()
  await it.ready()
  const sentences = Array.from({length: 14}, (_, at) => `Sentence number ${at} has a few words in it.`)
  await it.look({busy: true})
  await it.look({busy: false, messages: [reply({content: sentences.join(' ')})]})
  await it.time.pass(18_000)
  const first = it.heard()
  expect(first[0]).toBe(`In short: ${sentences[0]}`)
  expect(first.at(-1)).toBe('There are ten sentences more. Say: more.')
  await it.user('more')
  await it.time.pass(33_000)
  await it.user('more')
  await it.time.pass(33_000)
  const said = [...first, ...it.heard()].map(text => text.replace('In short: ', '')).filter(text => text.startsWith('Sentence'))
  expect(said).toEqual(sentences)
  await it.user('more')
  await it.time.pass(2000)
  expect(it.heard()).toEqual(['That was all.'])
})

test('an answer whose words come after its end is said as well', async () => {
  const it = drive()
  await it.ready()
  await it.look({busy: true, messages: [growing('')]})
  await it.look({messages: [reply({content: ''})]})
  await it.look({busy: false, messages: [reply({content: 'I have run it.'})]})
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['I have run it.'])
})

test('why it stopped is said', async () => {
  const it = drive()
  await it.ready()
  await it.look({busy: true, messages: [growing('Half a')]})
  await it.look({busy: false, messages: [reply({content: 'Half a', stop_reason: 'cancelled'})]})
  await it.time.pass(10_000)
  expect(it.heard()).toEqual(['Half a.', 'Stopped by you.'])
})

test('whatever happens, Janus never listens to itself, and says no sentence of an answer twice', async () => {
  // A generator that is the same in each run.
  let seed = 7
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
  for (let round = 0; round < 60; round++) {
    const it = drive()
    await it.ready()
    let text = ''
    let sentence = 0
    for (let step = 0; step < 40; step++) {
      const actions = [
        () => it.look({busy: true, messages: [growing((text += `Sentence ${sentence++} of it. `))]}),
        () => it.look({connected: random(2) > 0}),
        async () => it.driver.tapTalk(),
        async () => it.ears.hear(['stop', 'what is this', 'more', 'slower', 'and'][random(5)]!, random(2) > 0),
        async () => it.ears.open && it.ears.end(),
        async () => it.ears.open && it.ears.trouble('lost', true),
        async () => void (it.mouth.broken = random(4) === 0),
        async () => void (it.ears.stubborn = random(4) === 0),
        async () => it.driver.tapNext(),
      ]
      await actions[random(actions.length)]!()
      await it.time.pass(random(4000))
    }
    await it.look({busy: false, messages: [reply({content: text})], connected: true})
    await it.time.pass(100_000)
    const said = it.mouth.texts.filter(one => /^Sentence \d+ of it\.$/.test(one))
    expect(said).toEqual([...new Set(said)])
  }
})

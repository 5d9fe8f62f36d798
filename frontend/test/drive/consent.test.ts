import {expect, test} from 'vitest'

import {ApiError} from '../../src/lib/api-error'
import {reply} from '../fakes'
import {asks, cut, drive, unclear} from './kit'

const QUESTION = 'The agent asks. Run: ls. Say: allow it once. Or: deny.'

async function asked(request = asks('r1')) {
  const it = drive()
  await it.ready()
  await it.look({busy: true, asked: request})
  await it.time.pass(1000)
  for (let wait = 0; !it.ears.open && wait < 300; wait++) await it.time.pass(100)
  return it
}

test('a question is read to its end, and then a whole phrase allows it, if Janus takes it', async () => {
  const it = await asked()
  expect(it.heard()).toEqual([QUESTION])
  expect(it.cues[0]).toBe('needs-you')
  await it.user('okay, allow it once')
  await it.time.pass(2000)
  expect(it.janus.answer.mock.calls).toEqual([['s', 'r1', {option_id: 'yes', spoken: 'okay, allow it once', digest: 'd1', transcript_id: undefined}]])
  expect(it.heard()).toEqual(['Allowed once.'])
  expect(it.janus.send).not.toHaveBeenCalled()
})

test('what is no clear yes is refused by Janus, said so, and asked again; after three the question stays open', async () => {
  const it = await asked()
  it.janus.answer.mockRejectedValue(unclear())
  it.heard()
  for (const text of ['yes', 'sure go on then', 'allow it maybe']) {
    await it.user(text)
    await it.time.pass(6500)
  }
  expect(it.janus.answer).toHaveBeenCalledTimes(3)
  expect(it.heard()).toEqual([...Array(2).fill('That is no clear yes. Say: "allow it once", and nothing else.'), 'It stays open. Say: what needs me, to hear it again.'])
})

test('what is not final, or not certain, allows nothing', async () => {
  const it = await asked()
  await it.user('allow it once', false)
  await it.time.pass(6000)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(it.mouth.texts.at(-1)).toBe('I did not hear that well. Say it once more.')
})

test('a final that grows is sent when it has stopped growing, and as a whole', async () => {
  const it = await asked()
  it.janus.answer.mockRejectedValue(unclear())
  await it.user('allow it once')
  await it.time.pass(800)
  it.ears.hear('allow it once we have looked at it')
  it.ears.end()
  await it.time.pass(500)
  expect(it.janus.answer).not.toHaveBeenCalled()
  await it.user('no wait')
  await it.time.pass(2000)
  expect(it.janus.answer.mock.calls.map(([, , {spoken}]) => spoken)).toEqual(['allow it once we have looked at it no wait'])
})

test.each([
  'allow it once or deny',
  'say allow it once or deny',
  'the agent asks run ls',
])('"%s" is what Janus has said itself, and no answer', async echo => {
  const it = await asked()
  await it.user(echo)
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(it.ears.open).toBe(true)
})

test.each(['deny', 'no', 'No, thanks.', 'please deny it'])('"%s" refuses', async text => {
  const it = await asked()
  await it.user(text)
  await it.time.pass(1500)
  expect(it.janus.answer.mock.calls).toEqual([['s', 'r1', {option_id: 'no', spoken: text}]])
  expect(it.mouth.texts.at(-1)).toBe('Denied.')
})

test('silence is no answer: it is asked once more, and stays open', async () => {
  const it = await asked()
  await it.time.pass(30_000)
  expect(it.heard()).toEqual([QUESTION, QUESTION, 'It stays open. Say: what needs me, to hear it again.'])
  expect(it.janus.answer).not.toHaveBeenCalled()
})

test('what needs hands is never allowed, whatever is said, and can be denied', async () => {
  const it = drive()
  await it.ready()
  it.janus.readOut.mockRejectedValue(unclear('It runs rm. This needs your hands, when you have stopped.'))
  await it.look({busy: true, asked: asks('r1', 'rm -r build')})
  await it.time.pass(2000)
  await it.user('allow it once')
  await it.time.pass(7000)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(it.heard()).toEqual([
    'It runs rm.', 'Or say: deny.', 'This needs your hands when you have stopped.', 'Or say: deny.',
  ].flatMap(text => (text === 'It runs rm.' ? ['It runs rm. This needs your hands, when you have stopped.'] : [text])))
  await it.user('deny')
  await it.time.pass(1500)
  expect(it.janus.answer).toHaveBeenCalledWith('s', 'r1', {option_id: 'no', spoken: 'deny'})
})

test.each([0, 40, 100])('what was said before the question was read out is no answer to it, %i ms after it came', async late => {
  const it = drive()
  await it.ready()
  if (late === 100) it.ears.hear('allow', false)
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(late)
  if (it.ears.open) it.ears.hear('allow it once')
  await it.time.pass(4000)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(it.mouth.texts).toContain(QUESTION)
})

test('who interrupts the question has not heard it, and allows nothing', async () => {
  const it = drive()
  await it.ready()
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(1000)
  expect(it.room.speaking).toBe(true)
  it.driver.tapTalk()
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
  await it.time.pass(3000)
  expect(it.mouth.texts.slice(-2)).toEqual(['You have not heard all of it. Once more.', QUESTION])
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).toHaveBeenCalledTimes(1)
})

test.each(['silent', 'broken'] as const)('what a %s voice did not read out is not allowed', async how => {
  const it = drive()
  await it.ready()
  it.mouth[how] = true
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(40_000)
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
})

test('who skips the question has not heard it either', async () => {
  const it = drive()
  await it.ready()
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(1000)
  it.driver.tapNext()
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
})

test('commands of the page come before an open question', async () => {
  const it = await asked()
  await it.user('slower')
  await it.time.pass(1000)
  expect(it.pace).toHaveBeenCalledOnce()
  await it.user('stop')
  await it.time.pass(1000)
  expect(it.janus.stop).toHaveBeenCalledOnce()
  expect(it.janus.answer).not.toHaveBeenCalled()
  await it.look({asked: undefined, busy: false})
  await it.time.pass(3000)
  expect(it.mouth.texts).not.toContain('It was answered elsewhere.')
})

test('a question that is answered elsewhere is told of, and what is said then is no answer', async () => {
  const it = await asked()
  await it.look({asked: undefined})
  await it.time.pass(3000)
  expect(it.mouth.texts.at(-1)).toBe('It was answered elsewhere.')
})

test('a yes that Janus never got is asked for again when the connection is back', async () => {
  const it = await asked()
  it.janus.answer.mockRejectedValueOnce(cut())
  await it.user('allow it once')
  await it.time.pass(1500)
  await it.look({connected: false})
  await it.time.pass(20_000)
  it.heard()
  await it.look({connected: true})
  await it.time.pass(6000)
  expect(it.heard()).toEqual(['The connection is back.', QUESTION])
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).toHaveBeenCalledTimes(2)
})

test('where Janus has an engine that hears, it hears the same', async () => {
  const it = drive()
  const recorder = {starts: 0, start: () => void recorder.starts++, finish: async () => 't7'}
  Object.assign(it.driver.parts, {recorder})
  await it.ready()
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(2000)
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).toHaveBeenCalledWith('s', 'r1', {option_id: 'yes', spoken: 'allow it once', digest: 'd1', transcript_id: 't7'})
})

test('where that engine heard nothing, nothing is allowed', async () => {
  const it = drive()
  Object.assign(it.driver.parts, {recorder: {start: () => {}, finish: async () => undefined}})
  await it.ready()
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(2000)
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(it.mouth.texts.at(-1)).toMatch(/^Your computer could not hear that/)
})

test('a failure is said, and is no answer', async () => {
  const it = await asked()
  it.janus.answer.mockRejectedValueOnce(new ApiError(403, 'FORBIDDEN', 'This device may only look.'))
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.mouth.texts.at(-1)).toBe('That did not work. This device may only look.')
})

test('the answer goes on after it', async () => {
  const it = await asked()
  await it.user('allow it once')
  await it.time.pass(1500)
  it.heard()
  await it.look({asked: undefined, messages: [reply({content: 'There are two files. ', is_streaming: true, stop_reason: null})]})
  await it.look({busy: false, messages: [reply({content: 'There are two files.'})]})
  await it.time.pass(5000)
  expect(it.heard()).toEqual(['There are two files.'])
})

test('that it was allowed is said before what follows from it, whichever comes first', async () => {
  const it = await asked()
  let taken = (_: object) => {}
  it.janus.answer.mockImplementationOnce(() => new Promise(then => (taken = then)))
  await it.user('allow it once')
  await it.time.pass(1500)
  it.heard()
  await it.look({asked: undefined, busy: false, messages: [reply({content: 'I have run it.'})]})
  await it.time.pass(500)
  taken({})
  await it.time.pass(4000)
  expect(it.heard()).toEqual(['Allowed once.', 'I have run it.'])
  expect(it.ears.open).toBe(true)
})

test('a question of another machine is read out with its name', async () => {
  const it = drive()
  await it.ready()
  it.janus.readOut.mockResolvedValue({session_id: 's', request_id: 'r1', words: 'On build-box. The agent asks. Run: ls', option_id: 'yes', digest: 'd1'})
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(2000)
  expect(it.mouth.texts.at(-1)).toBe(`On build box. ${QUESTION}`)
})

test.each([
  [new ApiError(503, 'MACHINE_AWAY', 'It sleeps.'), 'Its machine cannot be reached now.'],
  [new ApiError(500, 'INTERNAL_ERROR', 'Oops.'), 'That did not work. Oops.'],
])('what cannot be asked now is told, and stays open: %s', async (failure, said) => {
  const it = drive()
  await it.ready()
  it.janus.readOut.mockRejectedValue(failure)
  await it.look({busy: true, asked: asks('r1')})
  await it.time.pass(20_000)
  expect(it.heard()).toEqual([said, 'It stays open. Say: what needs me, to hear it again.'])
})

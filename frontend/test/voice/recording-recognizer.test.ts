import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {ApiError} from '../../src/lib/api-error'
import {Link} from '../../src/lib/link'
import type {OpenMicrophone} from '../../src/voice/open-microphone'
import {RecordingRecognizer} from '../../src/voice/recording-recognizer'
import {Recordings} from '../../src/voice/recordings'
import type {KeptSpeech, SpeechStore} from '../../src/voice/speech-store'

const until = (what: () => boolean) => vi.waitFor(() => expect(what()).toBe(true), {interval: 2, timeout: 20_000})

class Recorder {
  static all: Recorder[] = []
  state = 'recording'
  mimeType = 'audio/webm;codecs=opus'
  onstart?: () => void
  onstop?: () => void
  ondataavailable?: (event: {data: Blob}) => void
  constructor() {
    Recorder.all.push(this)
  }
  static slow = false
  start() {
    if (!Recorder.slow) queueMicrotask(() => this.onstart?.())
  }
  requestData() {
    queueMicrotask(() => this.ondataavailable?.({data: new Blob(['part '])}))
  }
  stop() {
    this.state = 'inactive'
    queueMicrotask(() => (this.ondataavailable?.({data: new Blob(['end'])}), this.onstop?.()))
  }
}

/** A microphone whose loudness the test decides. */
class Microphone {
  isOpen = false
  echoCancelled = true
  users = 0
  at = performance.now()
  denied = false
  #level = (_: {level: number; at: number}) => {}
  #lost: (() => void)[] = []
  async open() {
    if (this.denied) throw new DOMException('no', 'NotFoundError')
    this.users++
    this.isOpen = true
    return {}
  }
  close() {
    this.users = Math.max(0, this.users - 1)
  }
  onLevel(then: (loudness: {level: number; at: number}) => void) {
    this.#level = then
    return () => (this.#level = () => {})
  }
  onLost(then: () => void) {
    this.#lost.push(then)
  }
  lose() {
    this.users = 0
    for (const then of this.#lost) then()
  }
  hears(level: number, milliseconds: number) {
    for (let passed = 0; passed < milliseconds; passed += 50) this.#level({level, at: (this.at += 50)})
  }
  says(pause = 1000) {
    this.hears(0.002, 600)
    this.hears(0.2, 800)
    this.hears(0.002, pause)
  }
}

class Store implements SpeechStore {
  kept = new Map<string, KeptSpeech>()
  all = async () => [...this.kept.values()]
  put = async (speech: KeptSpeech) => void this.kept.set(speech.id, speech)
  delete = async (id: string) => void this.kept.delete(id)
}

let microphone: Microphone
let store: Store
const transcribe = vi.fn(async (_: Blob, __: string, ___: string) => ({transcript_id: 't1', text: 'run the tests'}))

function recognizer(options = {}) {
  const recordings = new Recordings({transcribe}, new Link(), store)
  const about = () => ({sessionId: 's', language: 'en', use: 'drive' as const})
  const one = new RecordingRecognizer(microphone as unknown as OpenMicrophone, recordings, {about, ...options})
  const told: string[] = []
  one.onEvent(event => void (event.type !== 'state' && told.push('text' in event ? `${event.type} ${event.text}` : 'problem' in event ? event.problem.code : event.type)))
  return {one, told, recordings}
}

beforeEach(() => {
  vi.stubGlobal('MediaRecorder', Recorder)
  vi.stubGlobal('isSecureContext', true)
  Recorder.all = []
  microphone = new Microphone()
  store = new Store()
  transcribe.mockClear()
})
afterEach(() => vi.unstubAllGlobals())

async function started(one: RecordingRecognizer) {
  one.start()
  await until(() => one.state === 'listening')
}

test('a pause sends what was said, and the same recording goes on until it is stopped', async () => {
  const {one, told} = recognizer()
  await started(one)
  microphone.says()
  await until(() => told.includes('text run the tests'))
  expect([one.state, one.transcriptId, transcribe.mock.calls[0]!.slice(1)]).toEqual(['listening', 't1', ['s', 'en']])
  transcribe.mockResolvedValueOnce({transcript_id: 't2', text: 'run the tests and commit'})
  microphone.says()
  await until(() => told.at(-1) === 'text run the tests and commit')
  expect(transcribe.mock.calls[1]![0].size).toBeGreaterThan(transcribe.mock.calls[0]![0].size)
  one.stop()
  await until(() => told.at(-1) === 'end run the tests and commit')
  await until(() => store.kept.size === 0)
  expect([transcribe.mock.calls.length, Recorder.all.length, microphone.users, one.transcriptId]).toEqual([2, 1, 0, 't2'])
})

test('of somebody who speaks again nothing is told before he has finished', async () => {
  const {one, told} = recognizer()
  await started(one)
  microphone.says()
  microphone.hears(0.2, 500)
  await until(() => transcribe.mock.calls.length === 1)
  await new Promise(then => setTimeout(then))
  expect(told.filter(it => it.startsWith('text'))).toEqual([])
  microphone.hears(0.002, 1000)
  await until(() => told.includes('text run the tests'))
})

test('without a connection it is kept, and understood when there is one, once', async () => {
  const {one, told, recordings} = recognizer()
  const late: string[] = []
  transcribe.mockRejectedValueOnce(new ApiError(0, 'NOT_REACHED', 'gone'))
  await started(one)
  microphone.says()
  await until(() => told.includes('end '))
  expect(told).toContain('kept')
  expect([...store.kept.values()].map(({sessionId, use}) => [sessionId, use])).toEqual([['s', 'drive']])

  // Another page, after a reload.
  const other = new Recordings({transcribe}, new Link(), store)
  other.onLate(() => true, (speech, text) => void late.push(`${speech.sessionId}: ${text}`))
  await until(() => store.kept.size === 0)
  recordings.onLate(() => true, () => void late.push('twice'))
  await new Promise(then => setTimeout(then, 5))
  expect(late).toEqual(['s: run the tests'])
})

test('the phone keeps thirty recordings, for a day', async () => {
  for (let at = 0; at < 40; at++) store.kept.set(`k${at}`, {id: `k${at}`, at: Date.now() + at - (at === 39 ? 90_000_000 : 0)} as KeptSpeech)
  const {one, told} = recognizer()
  transcribe.mockRejectedValueOnce(new ApiError(0, 'NOT_REACHED', 'gone'))
  await started(one)
  microphone.says()
  await until(() => told.includes('end '))
  expect([store.kept.size, store.kept.has('k39'), store.kept.has('k0')]).toEqual([29, false, false])
})

test('what is aborted is heard by nobody, and what Janus cannot take is told', async () => {
  const {one, told} = recognizer()
  await started(one)
  microphone.hears(0.2, 500)
  one.abort()
  expect([told.at(-1), transcribe.mock.calls.length, microphone.users, store.kept.size]).toEqual(['end ', 0, 0, 0])
  transcribe.mockRejectedValueOnce(new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'no'))
  await started(one)
  microphone.says()
  await until(() => told.at(-1) === 'end ')
  expect([told.at(-2), store.kept.size]).toEqual(['unknown', 0])
})

test('a microphone that is lost is opened again, and what was said before and after is one', async () => {
  const {one, told} = recognizer()
  await started(one)
  microphone.hears(0.002, 600)
  microphone.hears(0.2, 500)
  microphone.lose()
  await until(() => Recorder.all.length === 2 && one.state === 'listening')
  transcribe.mockResolvedValueOnce({transcript_id: 't2', text: 'and commit'})
  microphone.says()
  await until(() => told.includes('text run the tests and commit'))
  // Neither of the two is the whole of it: nothing is allowed by that.
  expect(one.transcriptId).toBeUndefined()

  microphone.denied = true
  microphone.lose()
  await until(() => told.at(-1) === 'end run the tests and commit')
  expect(told.at(-2)).toBe('audio-capture')
})

test('who interrupts is recorded from before he was noticed; where echo is not cancelled, nobody can', async () => {
  const {one, told} = recognizer()
  const interrupted = vi.fn(() => one.start())
  microphone.isOpen = true
  one.attend(interrupted)
  await until(() => Recorder.all.length === 1)
  microphone.hears(0.01, 600) // what is left of Janus's own voice
  expect(interrupted).not.toHaveBeenCalled()
  microphone.hears(0.2, 400)
  expect(interrupted).toHaveBeenCalledOnce()
  await until(() => one.state === 'listening')
  microphone.hears(0.002, 1000)
  await until(() => told.includes('text run the tests'))
  expect(Recorder.all.length).toBe(1)
  one.abort()

  const end = one.attend(() => {})
  await until(() => Recorder.all.length === 2)
  microphone.lose() // while Janus speaks: another one is attended to
  await until(() => Recorder.all.length === 3)
  end()
  expect(microphone.users).toBe(0)
  microphone.echoCancelled = false
  one.attend(() => {})
  await new Promise(then => setTimeout(then))
  expect(microphone.users).toBe(0)
})

test('dictation ends with the first pause', async () => {
  const {one, told} = recognizer({endsAtPause: true})
  await started(one)
  microphone.says()
  await until(() => told.at(-1) === 'end run the tests')
  expect(one.state).toBe('idle')
})

test('a microphone that is lost before it has begun is opened again, too', async () => {
  const {one, told} = recognizer()
  Recorder.slow = true
  one.start()
  await until(() => Recorder.all.length === 1)
  Recorder.slow = false
  microphone.lose()
  await until(() => one.state === 'listening')
  microphone.says()
  await until(() => told.includes('text run the tests'))
  expect(Recorder.all.map(({state}) => state)).toEqual(['inactive', 'recording'])
})

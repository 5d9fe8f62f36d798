import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {RecognizingEars, BrowserMouth, SpeechRecorder} from '../../src/voice/audio'
import type {Api} from '../../src/lib/api'
import {Recognizer} from '../../src/voice/recognizer'
import type {SpeechEngine} from '../../src/voice/speech-engine'
import {Speaker} from '../../src/voice/speaker'

class Engine {
  static last: Engine
  onstart: SpeechEngine['onstart'] = null
  onresult: SpeechEngine['onresult'] = null
  onerror: SpeechEngine['onerror'] = null
  onend: SpeechEngine['onend'] = null
  starts = 0
  constructor() {
    Engine.last = this
  }
  start() {
    this.starts++
  }
  stop() {}
  abort() {}
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const ears = (options = {}) => new RecognizingEars(new Recognizer({Engine: Engine as never, secure: true, storage: undefined, ...options}))

function hearer() {
  const told: string[] = []
  return {
    told,
    began: () => told.push('began'),
    text: ({text, sure}: {text: string; sure: boolean}) => told.push(`${text}${sure ? '!' : '?'}`),
    busy: () => told.push('busy'),
    kept: () => told.push('kept'),
    end: () => told.push('end'),
    trouble: (message: string) => told.push(message),
  }
}

test('each run tells its own hearer, also one that begins before the last has ended', () => {
  const [one, other] = [hearer(), hearer()]
  const both = ears()
  both.start(one)
  Engine.last.onstart!()
  both.stop()
  both.start(other)
  Engine.last.onresult!({results: [Object.assign([{transcript: 'late', confidence: 1}], {isFinal: true})]})
  Engine.last.onend!()
  Engine.last.onstart!()
  Engine.last.onresult!({results: [Object.assign([{transcript: 'new', confidence: 1}], {isFinal: false})]})
  Engine.last.onend!()
  expect(one.told).toEqual(['began', 'late!', 'end'])
  expect(other.told).toEqual(['began', 'new?', 'end'])
})

test('a browser that cannot listen says so, and the run ends', () => {
  const one = hearer()
  ears({secure: false}).start(one)
  vi.advanceTimersByTime(1)
  expect(one.told).toEqual([expect.stringContaining('needs a secure connection'), 'end'])
})

test('a browser without a voice has not said anything, and does not stop the drive', () => {
  const problems: string[] = []
  const synth = {speak() {}, cancel() {}, getVoices: () => [], addEventListener() {}}
  const mouth = new BrowserMouth(new Speaker({synth: synth as never, Utterance: class {} as never}), it => problems.push(it))
  const said: boolean[] = []
  mouth.say('One.', done => said.push(done))
  vi.advanceTimersByTime(6000)
  mouth.say('Two.', done => said.push(done))
  vi.advanceTimersByTime(6000)
  expect(said).toEqual([false, false])
  expect(problems[0]).toBe('This browser has no voice.')
})

test('what was recorded is sent once, and the microphone is given back', async () => {
  vi.useRealTimers()
  const stop = vi.fn()
  vi.stubGlobal('MediaRecorder', class {
    state = 'inactive'
    mimeType = 'audio/webm;codecs=opus'
    onstop?: () => void
    ondataavailable?: (event: {data: Blob}) => void
    constructor(readonly stream: object) {}
    start() {
      this.state = 'recording'
    }
    stop() {
      this.state = 'inactive'
      this.ondataavailable!({data: new Blob(['words'])})
      setTimeout(() => this.onstop!())
    }
  })
  vi.stubGlobal('navigator', {mediaDevices: {getUserMedia: async () => ({getTracks: () => [{stop}]})}})
  const transcribe = vi.fn(async (..._: unknown[]) => ({transcript_id: 't1', text: 'allow it once'}))
  const recorder = new SpeechRecorder({spoken: {transcribe}} as unknown as Api, () => ({sessionId: 's', language: 'en'}))
  expect(await recorder.finish()).toBeUndefined()
  recorder.start()
  expect(await recorder.finish()).toBe('t1')
  expect(await recorder.finish()).toBeUndefined()
  const [sound, ...about] = transcribe.mock.calls[0]!
  expect([(sound as Blob).size, (sound as Blob).type, about]).toEqual([5, 'audio/webm', ['s', 'en']])
  expect([transcribe.mock.calls.length, stop.mock.calls.length]).toEqual([1, 1])
  vi.unstubAllGlobals()
})

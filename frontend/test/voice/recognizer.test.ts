import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {Recognizer} from '../../src/voice/recognizer'
import type {SpeechEngine} from '../../src/voice/speech-engine'
import type {SpeechEvent} from '../../src/voice/speech-to-text'

/** A browser's recogniser, as obedient as the test wants. */
class Engine implements SpeechEngine {
  static all: Engine[] = []
  lang = ''
  continuous = true
  interimResults = false
  maxAlternatives = 0
  onstart: SpeechEngine['onstart'] = null
  onresult: SpeechEngine['onresult'] = null
  onerror: SpeechEngine['onerror'] = null
  onend: SpeechEngine['onend'] = null
  calls: string[] = []
  constructor() {
    Engine.all.push(this)
  }
  start() {
    this.calls.push('start')
  }
  stop() {
    this.calls.push('stop')
  }
  abort() {
    this.calls.push('abort')
  }
  hear(...texts: string[]) {
    this.onresult!({results: texts.map((transcript) => [{transcript}])})
  }
  /** As phones do: guesses are called final, too. */
  decide(transcript: string, isFinal: boolean, confidence: number) {
    this.onresult!({results: [Object.assign([{transcript, confidence}], {isFinal})]})
  }
}

let stored: Map<string, string>
let recognizer: Recognizer
let heard: SpeechEvent[]

const make = (options = {}) =>
  new Recognizer({
    Engine,
    secure: true,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    ...options,
  })

const engine = () => Engine.all.at(-1)!
const told = () => heard.splice(0).map((news) => ('text' in news ? `${news.type} ${news.text}` : 'state' in news ? news.state : 'problem' in news ? news.problem.code : news.type))

beforeEach(() => {
  vi.useFakeTimers()
  Engine.all = []
  stored = new Map()
  heard = []
  recognizer = make()
  recognizer.onEvent((news) => heard.push(news))
})

afterEach(() => {
  vi.useRealTimers()
})

function listen() {
  recognizer.start()
  engine().onstart!()
}

test.each([
  ['available', 'device', true],
  ['downloadable', 'browser', false],
  [new TypeError('no such thing'), 'browser', false],
])('where the browser can, the sound stays on the device: %s', async (found, goesTo, local) => {
  const asked = vi.fn(async (_: object) => {
    if (found instanceof Error) throw found
    return found
  })
  class Newer extends Engine {
    static available = asked
    processLocally = false
  }
  recognizer = make({Engine: Newer})
  recognizer.lang = 'de-DE'
  expect(await recognizer.askLocal()).toBe(local)
  expect(asked).toHaveBeenCalledWith({langs: ['de-DE'], processLocally: true})
  listen()
  expect([recognizer.available().audioGoesTo, (engine() as Newer).processLocally]).toEqual([goesTo, local])
  expect(await make().askLocal()).toBe(false)
})

test('what is heard replaces what was heard before', () => {
  recognizer.lang = 'en-GB'
  listen()
  expect(engine()).toMatchObject({continuous: false, interimResults: true, lang: 'en-GB'})
  engine().hear('run')
  engine().hear('run the', ' run the tests')
  engine().onend!()
  expect(told()).toEqual(['starting', 'listening', 'text run', 'text run the tests', 'idle', 'end run the tests'])
})

test('one object for the page, and a start waits for the end', () => {
  listen()
  engine().hear('a')
  recognizer.stop()
  engine().onerror!({error: 'aborted'})
  recognizer.start()
  expect(engine().calls).toEqual(['start', 'stop'])

  engine().onend!()
  expect(engine().calls).toEqual(['start', 'stop', 'start'])
  expect(Engine.all).toHaveLength(1)
  expect(told()).toEqual(['starting', 'listening', 'text a', 'stopping', 'idle', 'end a', 'starting'])
})

test('words that arrive after stop still count, after abort they do not', () => {
  listen()
  recognizer.stop()
  engine().hear('late')
  engine().onend!()
  expect(told().at(-1)).toBe('end late')

  listen()
  engine().hear('never')
  recognizer.abort()
  engine().hear('never mind')
  engine().onend!()
  expect(told()).toEqual(['starting', 'listening', 'text never', 'stopping', 'idle', 'end '])
})

test('eight seconds without a word are enough', () => {
  listen()
  vi.advanceTimersByTime(8000)
  expect(told()).toEqual(['starting', 'listening', 'no-speech', 'stopping'])
  expect(engine().calls).toEqual(['start', 'abort'])
  engine().onend!()
  expect(told()).toEqual(['idle', 'end '])
})

test('eight seconds after the last word what was heard is taken', () => {
  listen()
  vi.advanceTimersByTime(7000)
  engine().hear('a')
  vi.advanceTimersByTime(8000)
  expect(engine().calls).toEqual(['start', 'stop'])
  engine().onend!()
  expect(told().at(-1)).toBe('end a')
})

test('an end that never comes is made up, and that object is not used again', () => {
  listen()
  engine().hear('a')
  recognizer.stop()
  vi.advanceTimersByTime(2000)
  expect(told().slice(-2)).toEqual(['idle', 'end a'])

  const old = engine()
  listen()
  old.onend!()
  expect([Engine.all.length, recognizer.state]).toEqual([2, 'listening'])
})

test.each(['not-allowed', 'network', 'audio-capture', 'service-not-allowed', 'language-not-supported'])('%s is told in words', (error) => {
  listen()
  engine().onerror!({error})
  engine().onend!()
  const [news] = heard.filter(({type}) => type === 'problem')
  expect(news).toMatchObject({problem: {code: error, message: expect.stringMatching(/^[A-Z].{20,}\.$/)}})
  expect(recognizer.state).toBe('idle')
})

test('codes nobody knows are a problem too', () => {
  listen()
  engine().onerror!({error: 'toString'})
  expect(told()).toContain('unknown')
})

test('a start that throws is not a crash', () => {
  recognizer.start()
  engine().start = () => {
    throw new DOMException('already started', 'InvalidStateError')
  }
  engine().onend!()
  recognizer.start()
  expect(told().slice(-2)).toEqual(['busy', 'stopping'])
  vi.advanceTimersByTime(2000)
  expect(recognizer.state).toBe('idle')
})

test('plain http has a constructor and no recognition', () => {
  const insecure = make({secure: false})
  insecure.onEvent((news) => heard.push(news))
  expect(insecure.available()).toMatchObject({ok: false, audioGoesTo: null, problem: {code: 'insecure'}})
  insecure.start()
  expect([told(), Engine.all]).toEqual([['insecure'], []])
})

test('availability tells where the sound goes', () => {
  expect(recognizer.available()).toEqual({ok: true, audioGoesTo: 'browser', problem: null})
  expect(make({Engine: undefined}).available().problem!.code).toBe('unsupported')
})

test('a device on which it never starts is remembered, until it works or the user wants to try', () => {
  for (let attempt = 0; attempt < 2; attempt++) {
    recognizer.start()
    vi.advanceTimersByTime(15_000)
    engine().onend!()
  }
  expect(make().available().problem!.code).toBe('broken')

  recognizer.forgetFailures()
  expect(make().available().ok).toBe(true)

  recognizer.start()
  engine().onerror!({error: 'service-not-allowed'})
  engine().onend!()
  listen()
  engine().hear('it works')
  expect(stored.size).toBe(0)
})

test('a refusal by the user is not held against the device', () => {
  for (let attempt = 0; attempt < 3; attempt++) {
    listen()
    engine().onerror!({error: 'not-allowed'})
    engine().onend!()
  }
  expect(recognizer.available().ok).toBe(true)
})

test('only what is final, and of which the engine is sure, counts as sure', () => {
  listen()
  engine().decide('allow', false, 0.9)
  engine().decide('allow it', true, 0)
  engine().decide('allow it once', true, 0.8)
  engine().hear('allow it once')
  expect(heard.flatMap(news => (news.type === 'text' ? [news.sure] : []))).toEqual([false, false, true, false])
})

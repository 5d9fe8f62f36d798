/**
 * Speech to text by the browser: one recogniser for the whole page.
 *
 *   idle ──start──▶ starting ──▶ listening ──stop, silence, error──▶ stopping ──end──▶ idle
 *
 * A second start before the browser's `end` makes iOS give up, and each new object makes it chime: so there is one
 * object, and a start that comes too early waits. The browser sends the audio to its maker (Google, Apple).
 */
import {expectAudio, Listeners} from './listeners'
import {problem, type Problem, type ProblemCode} from './problems'

export type RecognizerState = 'idle' | 'starting' | 'listening' | 'stopping'

export type RecognizerEvent =
  | {type: 'state'; state: RecognizerState}
  /** What has been understood so far. It replaces what was told before. */
  | {type: 'text'; text: string}
  /** The end of one `start`, always told, with all that was understood; '' when aborted or nothing was. */
  | {type: 'end'; text: string}
  | {type: 'problem'; problem: Problem}

export interface Availability {
  ok: boolean
  /** Where the sound goes: to the maker of the browser, or nowhere. */
  audioGoesTo: 'browser' | null
  problem: Problem | null
}

/** The part of the Web Speech API that is used here. */
export interface SpeechEngine {
  lang: string
  continuous: boolean
  interimResults: boolean
  maxAlternatives: number
  onstart: (() => void) | null
  onresult: ((event: {results: ArrayLike<ArrayLike<{transcript: string}>>}) => void) | null
  onerror: ((event: {error: string}) => void) | null
  onend: (() => void) | null
  start(): void
  stop(): void
  abort(): void
}

export interface RecognizerOptions {
  Engine?: (new () => SpeechEngine) | undefined
  secure?: boolean
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
}

const NO_RESULT_AFTER = 8000
/** Longer, because the browser may be asking for permission. */
const NO_START_AFTER = 15_000
/** The `end` that a phone owes us is not waited for longer than this. */
const NO_END_AFTER = 2000
/** The voice engine of an iOS home-screen app exists and does not work: after so many attempts that is believed. */
const ENOUGH_FAILURES = 2
const FAILURES = 'janus.recognizer.failures'

export class Recognizer {
  state: RecognizerState = 'idle'
  /** A BCP 47 tag; '' is the page's own language. */
  lang = ''

  readonly #Engine: (new () => SpeechEngine) | undefined
  readonly #secure: boolean
  readonly #storage: RecognizerOptions['storage']
  readonly #listeners = new Listeners<RecognizerEvent>()
  #engine: SpeechEngine | null = null
  #text = ''
  /** Whether what still comes is wanted no more. */
  #dropped = false
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: RecognizerOptions = {}) {
    const page = globalThis as {SpeechRecognition?: new () => SpeechEngine; webkitSpeechRecognition?: new () => SpeechEngine}
    this.#Engine = 'Engine' in options ? options.Engine : (page.SpeechRecognition ?? page.webkitSpeechRecognition)
    this.#secure = options.secure ?? globalThis.isSecureContext
    this.#storage = 'storage' in options ? options.storage : safeStorage()
  }

  /** Whether it is worth a try, here and now. Over plain http the constructor exists and does not work. */
  available(): Availability {
    const code = this.#hindrance()
    return {ok: !code, audioGoesTo: code ? null : 'browser', problem: code && problem(code)}
  }

  /** The user wants to try again what has failed on this device. */
  forgetFailures(): void {
    this.#storage?.removeItem(FAILURES)
  }

  /** Tells *listener* what is heard. Returns what ends that. */
  onEvent(listener: (heard: RecognizerEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Call it in a tap. While one is ending, the next begins when it has ended. */
  start(): void {
    if (this.state === 'stopping') this.#again = true
    if (this.state !== 'idle') return
    const hindrance = this.#hindrance()
    if (hindrance) {
      this.#tellProblem(hindrance)
      return
    }
    this.#text = ''
    this.#dropped = false
    this.#become('starting')
    this.#expect(() => this.#giveUp('no-start'), NO_START_AFTER)
    expectAudio('play-and-record')
    try {
      this.#engine ??= this.#build()
      this.#engine.lang = this.lang || document.documentElement.lang || navigator.language
      this.#engine.start()
    } catch {
      // It still runs, against all events: its end will come, or be made up.
      this.#giveUp('busy')
    }
  }

  /** No more is said; what was said will still be understood. */
  stop(): void {
    this.#again = false
    if (this.state === 'starting') this.abort()
    else if (this.state === 'listening') this.#end('stop')
  }

  /** What was said is dropped. */
  abort(): void {
    this.#again = false
    this.#text = ''
    this.#dropped = true
    if (this.state === 'starting' || this.state === 'listening') this.#end('abort')
  }

  #hindrance(): ProblemCode | null {
    if (!this.#secure) return 'insecure'
    if (!this.#Engine) return 'unsupported'
    return Number(this.#storage?.getItem(FAILURES)) >= ENOUGH_FAILURES ? 'broken' : null
  }

  #build(): SpeechEngine {
    const engine = new this.#Engine!()
    engine.continuous = false
    engine.interimResults = true
    engine.maxAlternatives = 1
    // An object that has been given up may still speak.
    const mine = <A extends unknown[]>(then: (...args: A) => void) => (...args: A) => {
      if (this.#engine === engine) then(...args)
    }
    engine.onstart = mine(() => {
      if (this.state !== 'starting') return
      this.#become('listening')
      this.#expect(() => this.#giveUp('no-speech'), NO_RESULT_AFTER)
    })
    engine.onresult = mine(({results}) => this.#result(results[results.length - 1]?.[0]?.transcript ?? ''))
    engine.onerror = mine(({error}) => this.#failed(error))
    engine.onend = mine(() => this.#ended())
    return engine
  }

  /** Android sends the same words again and again as if they were new: the last ones are all there are. */
  #result(transcript: string): void {
    if (this.state === 'idle' || this.#dropped) return
    clearTimeout(this.#timer)
    if (this.state === 'stopping') this.#expectEnd()
    else this.#expect(() => this.#end('stop'), NO_RESULT_AFTER)
    this.#storage?.removeItem(FAILURES)
    this.#text = transcript.trim()
    this.#listeners.tell({type: 'text', text: this.#text})
  }

  #failed(error: string): void {
    const asked = this.state === 'stopping' || this.state === 'idle'
    if (asked && (error === 'aborted' || error === 'no-speech')) return
    const code = error as ProblemCode
    if (code === 'service-not-allowed') this.#countFailure()
    this.#tellProblem(code)
    if (this.state === 'starting' || this.state === 'listening') this.#become('stopping')
    this.#expectEnd()
  }

  #giveUp(code: ProblemCode): void {
    if (code === 'no-start') this.#countFailure()
    this.#tellProblem(code)
    this.#dropped = true
    this.#end('abort')
  }

  #end(how: 'stop' | 'abort'): void {
    this.#become('stopping')
    this.#expectEnd()
    this.#engine?.[how]()
  }

  #expectEnd(): void {
    this.#expect(() => {
      this.#engine = null // it owes us an end: never trust it again
      this.#ended()
    }, NO_END_AFTER)
  }

  #ended(): void {
    if (this.state === 'idle') return
    clearTimeout(this.#timer)
    const [text, again] = [this.#text, this.#again]
    this.#text = ''
    this.#again = false
    this.#become('idle')
    this.#listeners.tell({type: 'end', text})
    if (again) this.start()
  }

  #countFailure(): void {
    this.#storage?.setItem(FAILURES, String(Number(this.#storage.getItem(FAILURES)) + 1))
  }

  #tellProblem(code: ProblemCode): void {
    this.#listeners.tell({type: 'problem', problem: problem(code)})
  }

  #expect(then: () => void, milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, milliseconds)
  }

  #become(state: RecognizerState): void {
    this.state = state
    this.#listeners.tell({type: 'state', state})
  }
}

let shared: Recognizer | undefined

/** The recogniser of this page. Two would make each other stop. */
export function recognizer(): Recognizer {
  return (shared ??= new Recognizer())
}

function safeStorage(): Storage | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined // cookies are blocked
  }
}

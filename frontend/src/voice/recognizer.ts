/**
 * Speech to text by the browser, with one recogniser for the whole page.
 *
 *   idle ──start──▶ starting ──▶ listening ──stop, silence, error──▶ stopping ──end──▶ idle
 *
 * A second start before the browser's `end` makes iOS give up, and each new object makes it chime: so there is one
 * object, and an early start waits. The browser sends the audio to its maker (Google, Apple), unless it can do without.
 */
import {expectAudio, Listeners} from './listeners'
import {problem, type ProblemCode} from './problems'
import type {Result, SpeechEngine, SpeechEngineClass} from './speech-engine'
import type {Availability, ListeningState, SpeechEvent, SpeechToText} from './speech-to-text'
import {Watchdog} from './watchdog'

export interface RecognizerOptions {
  Engine?: SpeechEngineClass | undefined
  secure?: boolean
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
}

const NO_ANSWER_AFTER = 500
const NO_RESULT_AFTER = 8000
/** Longer: the browser may be asking for permission. */
const NO_START_AFTER = 15_000
/** The longest wait for the browser's `end`. */
const NO_END_AFTER = 2000
/** In an iOS home-screen app the engine exists but does not work: after this many failures it counts as broken. */
const ENOUGH_FAILURES = 2
const FAILURES = 'janus.recognizer.failures'

export class Recognizer implements SpeechToText {
  state: ListeningState = 'idle'
  /** A BCP 47 tag; '' is the page's own language. */
  lang = ''

  readonly #Engine: SpeechEngineClass | undefined
  readonly #secure: boolean
  readonly #storage: RecognizerOptions['storage']
  readonly #listeners = new Listeners<SpeechEvent>()
  /** The languages for which the sound stays on the device. */
  readonly #local = new Set<string>()
  #engine: SpeechEngine | null = null
  #text = ''
  /** Whether to ignore what still comes. */
  #dropped = false
  #again = false
  readonly #watchdog = new Watchdog()

  constructor(options: RecognizerOptions = {}) {
    const page = globalThis as {SpeechRecognition?: SpeechEngineClass; webkitSpeechRecognition?: SpeechEngineClass}
    this.#Engine = 'Engine' in options ? options.Engine : (page.SpeechRecognition ?? page.webkitSpeechRecognition)
    this.#secure = options.secure ?? globalThis.isSecureContext
    this.#storage = 'storage' in options ? options.storage : safeStorage()
  }

  /** Whether recognition may work here. Over plain http the constructor exists but does not work. */
  available(): Availability {
    const code = this.#obstacle()
    return {ok: !code, audioGoesTo: code ? null : this.#local.has(this.#language) ? 'device' : 'browser', problem: code && problem(code)}
  }

  /** Ask whether the sound can stay on the device; then it does, from the next start on. */
  async askLocal(): Promise<boolean> {
    const language = this.#language
    try {
      const asked = this.#Engine?.available?.({langs: [language], processLocally: true})
      // Who has tapped does not wait for an answer that never comes.
      const found = await Promise.race([asked, new Promise(then => asked && setTimeout(then, NO_ANSWER_AFTER))])
      if (found === 'available') this.#local.add(language)
    } catch {
      // It knows no such question.
    }
    return this.#local.has(language)
  }

  /** Forget past failures on this device: the user wants to try again. */
  forgetFailures(): void {
    this.#storage?.removeItem(FAILURES)
  }

  /** Call *listener* at every event; returns a function that unsubscribes it. */
  onEvent(listener: (event: SpeechEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Start listening; call it during a tap. While one run is ending, the next begins after it. */
  start(): void {
    if (this.state === 'stopping') this.#again = true
    if (this.state !== 'idle') return
    const obstacle = this.#obstacle()
    if (obstacle) {
      this.#tellProblem(obstacle)
      return
    }
    this.#text = ''
    this.#dropped = false
    this.#become('starting')
    this.#watchdog.expect(() => this.#giveUp('no-start'), NO_START_AFTER)
    expectAudio('play-and-record')
    try {
      this.#engine ??= this.#build()
      this.#engine.lang = this.#language
      if ('processLocally' in this.#engine) this.#engine.processLocally = this.#local.has(this.#language)
      this.#engine.start()
    } catch {
      // It is still running, whatever its events said: its end will come, or be simulated.
      this.#giveUp('busy')
    }
  }

  /** Stop listening; what was said will still be understood. */
  stop(): void {
    this.#again = false
    if (this.state === 'starting') this.abort()
    else if (this.state === 'listening') this.#end('stop')
  }

  /** Stop listening, and drop what was said. */
  abort(): void {
    this.#again = false
    this.#text = ''
    this.#dropped = true
    if (this.state === 'starting' || this.state === 'listening') this.#end('abort')
  }

  get #language(): string {
    return this.lang || document.documentElement.lang || navigator.language
  }

  #obstacle(): ProblemCode | null {
    if (!this.#secure) return 'insecure'
    if (!this.#Engine) return 'unsupported'
    return Number(this.#storage?.getItem(FAILURES)) >= ENOUGH_FAILURES ? 'broken' : null
  }

  #build(): SpeechEngine {
    const engine = new this.#Engine!()
    engine.continuous = false
    engine.interimResults = true
    engine.maxAlternatives = 1
    // An abandoned object may still send events.
    const mine = <A extends unknown[]>(then: (...args: A) => void) => (...args: A) => {
      if (this.#engine === engine) then(...args)
    }
    engine.onstart = mine(() => {
      if (this.state !== 'starting') return
      this.#become('listening')
      this.#watchdog.expect(() => this.#giveUp('no-speech'), NO_RESULT_AFTER)
    })
    engine.onresult = mine(({results}) => this.#result(results[results.length - 1]))
    engine.onerror = mine(({error}) => this.#failed(error))
    engine.onend = mine(() => this.#ended())
    return engine
  }

  /** Android repeats the same words as if they were new: the last result is all there is. */
  #result(result: Result | undefined): void {
    const {transcript = '', confidence} = result?.[0] ?? {}
    if (this.state === 'idle' || this.#dropped) return
    this.#watchdog.end()
    if (this.state === 'stopping') this.#expectEnd()
    else this.#watchdog.expect(() => this.#end('stop'), NO_RESULT_AFTER)
    this.#storage?.removeItem(FAILURES)
    this.#text = transcript.trim()
    this.#listeners.tell({type: 'text', text: this.#text, sure: result?.isFinal === true && confidence !== 0})
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
    this.#watchdog.expect(() => {
      this.#engine = null // it never sent its end: do not use it again
      this.#ended()
    }, NO_END_AFTER)
  }

  #ended(): void {
    if (this.state === 'idle') return
    this.#watchdog.end()
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

  #become(state: ListeningState): void {
    this.state = state
    this.#listeners.tell({type: 'state', state})
  }
}

let shared: Recognizer | undefined

/** The recogniser of this page. Two would stop each other. */
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

/**
 * Who may speak: Janus or the user, never both.
 *
 *   quiet ──say──▶ speaking ──all said──▶ quiet
 *     └──listen──▶ turning ──▶ listening ──pause, tap──▶ ending ──▶ quiet, and what was heard
 *
 * The ears are closed before the mouth opens, and opened a moment after it has closed. Each
 * sentence is said once, whatever the engines do: what they never report is reported by a watchdog.
 */
import type {Clock, Ears, Hearer, Mouth, Understood} from '../voice/engines'
import type {FloorListener, Listening, Phase} from './floor-listener'
import {Hearing} from './hearing'

/** Between the last word and the ears: the echo in the car, and phones that switch slowly. */
export const TURN = 300
/** The longest run of the ears. */
const LONGEST = 60_000
/** How long the ears may take for their end. */
const NO_END = 2500
/** How long an utterance may take, and for each of its characters: after that it has been said. */
const STALL = 20_000
const PER_CHARACTER = 150

export class Floor {
  phase: Phase = 'quiet'
  readonly #clock: Clock
  readonly #mouth: Mouth
  readonly #ears: Ears
  readonly #tell: FloorListener
  #queue: string[] = []
  /** What the engines still report of earlier runs is ignored. */
  #run = 0
  #how: Listening | undefined
  #hearing = new Hearing()
  #saying = ''
  /** What somebody interrupted. */
  #interrupted: string[] = []
  #unattend = () => {}
  #timer = () => {}
  #limit = () => {}

  constructor(parts: {clock: Clock; mouth: Mouth; ears: Ears}, listener: FloorListener) {
    this.#clock = parts.clock
    this.#mouth = parts.mouth
    this.#ears = parts.ears
    this.#tell = listener
  }

  /** Whether somebody is being heard right now. */
  get hearing(): boolean {
    return this.#hearing.busy || this.#hearing.any
  }

  /** Whether there is something left to say. */
  get speaking(): boolean {
    return this.phase === 'speaking' || this.#queue.length > 0
  }

  /** Say these as well. Who is speaking is not interrupted; ears that hear nobody are. */
  say(utterances: readonly string[]): void {
    this.#queue.push(...utterances)
    if (!this.#queue.length) return
    if (this.phase === 'speaking') this.#mouth.prepare?.(this.#queue[0]!)
    else if (this.phase === 'quiet' || this.phase === 'turning') this.#speak()
    else if (this.phase === 'listening' && !this.hearing) this.#end('abort')
  }

  /** Be silent at once, and say nothing of what was to be said. */
  hush(): void {
    if (this.speaking || this.#interrupted.length) this.#tell.unsaid()
    this.#queue = []
    this.#interrupted = []
    if (this.phase !== 'speaking') return
    this.#unattend()
    this.#silence()
  }

  /** Listen, unless something is being said or heard; returns whether it does. */
  listen(how: Listening): boolean {
    if (this.phase !== 'quiet' || this.#queue.length) return false
    this.#how = how
    this.#hearing = new Hearing()
    this.#become('turning')
    // Who has interrupted speaks already.
    if (this.#interrupted.length) this.#open()
    else this.#after(TURN, () => this.#open())
    return true
  }

  /** What was being said when somebody interrupted; '' if nobody did. */
  get interrupted(): string {
    return this.#interrupted[0] ?? ''
  }

  /** It was no interruption: go on. */
  resume(): void {
    this.#queue.unshift(...this.#interrupted.splice(0))
    this.say([])
  }

  /** What was said so far is all. */
  finish(): void {
    if (this.phase === 'listening') this.#end('stop')
  }

  /** Neither speak nor listen; nothing is heard any more. */
  rest(): void {
    this.hush()
    this.#hearing = new Hearing()
    this.#how = undefined
    if (this.phase === 'listening') this.#end('abort')
    else if (this.phase === 'turning') (this.#timer(), this.#become('quiet'))
  }

  #speak(): void {
    const [text, ...rest] = this.#queue
    this.#queue = rest
    this.#timer()
    this.#unattend()
    this.#saying = text ?? ''
    if (text === undefined) {
      this.#become('quiet')
      return this.#tell.drained()
    }
    if (this.phase !== 'speaking') this.#become('speaking')
    const run = ++this.#run
    const done = (said: boolean) => {
      if (run !== this.#run || this.phase !== 'speaking') return
      if (!said) this.#tell.unsaid()
      this.#speak()
    }
    const stall = () => (this.#mouth.stop(), done(false))
    this.#after(STALL + text.length * PER_CHARACTER, stall)
    this.#unattend = this.#ears.attend?.(() => this.#interrupt()) ?? (() => {})
    this.#mouth.say(text, done, milliseconds => run === this.#run && this.phase === 'speaking' && this.#after(milliseconds, stall))
    if (rest[0] !== undefined) this.#mouth.prepare?.(rest[0])
  }

  /** Somebody speaks while Janus does, and has the floor. */
  #interrupt(): void {
    if (this.phase !== 'speaking') return
    this.#interrupted = [this.#saying, ...this.#queue]
    this.#queue = []
    this.#silence()
    this.#tell.interrupted()
  }

  #silence(): void {
    this.#run++
    this.#timer()
    this.#mouth.stop()
    this.#become('quiet')
  }

  #open(): void {
    const run = ++this.#run
    const mine = <A extends unknown[]>(then: (...args: A) => void) => (...args: A) => {
      if (run === this.#run) then(...args)
    }
    const hearer: Hearer = {
      began: mine(() => this.#began()),
      text: mine(understood => this.#heard(understood)),
      busy: mine(milliseconds => this.#wait(milliseconds)),
      kept: mine(() => (this.#interrupted = [], this.#tell.kept())),
      end: mine(() => this.#ended()),
      trouble: mine((message, again) => this.#tell.trouble(message, again)),
    }
    this.#become('listening')
    if (!this.#hearing.any) {
      this.#after(this.#how!.silence, () => this.#end('abort'))
      this.#limit()
      this.#limit = this.#clock.after(LONGEST, () => this.finish())
    }
    this.#ears.start(hearer)
  }

  /** Silence counts from now on: a phone may have asked first whether the page may listen. */
  #began(): void {
    if (this.phase !== 'listening') return
    if (!this.hearing) this.#after(this.#how!.silence, () => this.#end('abort'))
    this.#tell.began()
  }

  #heard(understood: Understood): void {
    if (!this.#how || (this.phase !== 'listening' && this.phase !== 'ending')) return
    const change = this.#hearing.take(understood)
    if (this.phase === 'ending' || change === 'same') return
    if (change === 'more') this.#await()
    else if (this.#queue.length || this.#interrupted.length) this.#end('abort')
    else this.#after(this.#how.silence, () => this.#end('abort'))
  }

  /** Somebody speaks, or is being understood. */
  #wait(milliseconds: number): void {
    this.#hearing.busy = true
    if (this.phase === 'listening') this.#after(milliseconds, () => this.#end('stop'))
    else if (this.phase === 'ending') this.#after(milliseconds, () => this.#ended())
  }

  /** Wait for more. */
  #await(): void {
    const {text, sure} = this.#hearing.whole
    const patience = this.#how!.patience(text, sure)
    this.#hearing.until = this.#clock.now() + patience
    this.#after(patience, () => this.#end('stop'))
  }

  /** The ears have stopped by themselves, or because they were told to. */
  #ended(): void {
    this.#hearing.pause()
    const left = this.#hearing.until - this.#clock.now()
    // A recogniser stops at the first pause; who has not finished is listened to again.
    if (this.phase === 'listening' && this.#hearing.any && left > 0) this.#open()
    else this.#close()
  }

  #close(): void {
    this.#run++
    this.#timer()
    this.#limit()
    const {whole} = this.#hearing
    this.#hearing = new Hearing()
    this.#become('quiet')
    if (whole.text) {
      this.#tell.heard(whole)
      this.#interrupted = []
    } else if (this.#interrupted.length) this.resume()
    // Who listened may have said something, or be listening again.
    if (this.phase !== 'quiet') return
    if (this.#queue.length) this.#speak()
    else if (!whole.text && this.#how) this.#tell.silence()
  }

  #end(how: 'stop' | 'abort'): void {
    this.#become('ending')
    // Its end may come at once.
    this.#after(NO_END, () => this.#ended())
    this.#ears[how]()
  }

  #after(milliseconds: number, then: () => void): void {
    this.#timer()
    this.#timer = this.#clock.after(milliseconds, then)
  }

  #become(phase: Phase): void {
    this.phase = phase
    this.#tell.phase(phase)
  }
}

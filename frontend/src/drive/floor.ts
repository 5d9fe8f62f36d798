/**
 * Who may speak: Janus or the user, never both.
 *
 *   quiet ──say──▶ speaking ──all said──▶ quiet
 *     └──listen──▶ turning ──▶ listening ──pause, tap──▶ ending ──▶ quiet, and what was heard
 *
 * The ears are closed before the mouth opens, and opened a moment after it has closed. Each
 * sentence is said once, whatever the engines do: what they never report is reported by a watchdog.
 */
import type {Clock, Ears, Hearer, Mouth, Understood} from './engines'

export type Phase = 'quiet' | 'speaking' | 'turning' | 'listening' | 'ending'

export interface Listening {
  /** Milliseconds without a word after which it is over. */
  silence: number
  /** Milliseconds without another word after which this was all. */
  patience(text: string, sure: boolean): number
}

export interface FloorListener {
  phase(phase: Phase): void
  /** The microphone is on. */
  began(): void
  /** All that was heard, from the first word to the last. */
  heard(understood: Understood): void
  /** Nothing was heard. */
  silence(): void
  /** Something could not be said to its end. */
  unsaid(): void
  /** Everything has been said. */
  drained(): void
  trouble(message: string, again: boolean): void
}

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
  #segments: Understood[] = []
  #now: Understood | undefined
  #until = 0
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
    return this.#segments.length > 0 || this.#now !== undefined
  }

  /** Whether there is something left to say. */
  get speaking(): boolean {
    return this.phase === 'speaking' || this.#queue.length > 0
  }

  /** Say these as well. Who is speaking is not interrupted; ears that hear nobody are. */
  say(utterances: readonly string[]): void {
    this.#queue.push(...utterances)
    if (!this.#queue.length) return
    if (this.phase === 'quiet' || this.phase === 'turning') this.#speak()
    else if (this.phase === 'listening' && !this.hearing) this.#end('abort')
  }

  /** Be silent at once, and say nothing of what was to be said. */
  hush(): void {
    if (this.#queue.length || this.phase === 'speaking') this.#tell.unsaid()
    this.#queue = []
    if (this.phase !== 'speaking') return
    this.#run++
    this.#timer()
    this.#mouth.stop()
    this.#become('quiet')
  }

  /** Listen, unless something is being said or heard; returns whether it does. */
  listen(how: Listening): boolean {
    if (this.phase !== 'quiet' || this.#queue.length) return false
    this.#how = how
    this.#segments = []
    this.#now = undefined
    this.#become('turning')
    this.#after(TURN, () => this.#open())
    return true
  }

  /** What was said so far is all. */
  finish(): void {
    if (this.phase === 'listening') this.#end('stop')
  }

  /** Neither speak nor listen; nothing is heard any more. */
  rest(): void {
    this.hush()
    this.#forget()
    this.#how = undefined
    if (this.phase === 'turning') {
      this.#timer()
      this.#become('quiet')
    } else if (this.phase === 'listening') this.#end('abort')
  }

  #speak(): void {
    const [text, ...rest] = this.#queue
    this.#queue = rest
    this.#timer()
    if (text === undefined) {
      this.#become('quiet')
      this.#tell.drained()
      return
    }
    if (this.phase !== 'speaking') this.#become('speaking')
    const run = ++this.#run
    const done = (said: boolean) => {
      if (run !== this.#run || this.phase !== 'speaking') return
      if (!said) this.#tell.unsaid()
      this.#speak()
    }
    this.#after(STALL + text.length * PER_CHARACTER, () => {
      this.#mouth.stop()
      done(false)
    })
    this.#mouth.say(text, done)
  }

  #open(): void {
    const run = ++this.#run
    const mine = <A extends unknown[]>(then: (...args: A) => void) => (...args: A) => {
      if (run === this.#run) then(...args)
    }
    const hearer: Hearer = {
      began: mine(() => this.phase === 'listening' && this.#tell.began()),
      text: mine(understood => this.#heard(understood)),
      end: mine(() => this.#ended()),
      trouble: mine((message, again) => {
        this.#tell.trouble(message, again)
      }),
    }
    this.#become('listening')
    if (!this.#segments.length) {
      this.#after(this.#how!.silence, () => this.#end('abort'))
      this.#limit()
      this.#limit = this.#clock.after(LONGEST, () => this.finish())
    }
    this.#ears.start(hearer)
  }

  #heard(understood: Understood): void {
    if (!this.#how || (this.phase !== 'listening' && this.phase !== 'ending')) return
    const before = this.#now
    this.#now = understood.text ? understood : before
    if (this.phase === 'ending' || !this.#now) return
    // Said again, and no longer: nothing has grown.
    if (before?.text === understood.text && before.sure === understood.sure) return
    this.#await()
  }

  /** Wait for more. */
  #await(): void {
    const {text, sure} = this.#whole()
    const patience = this.#how!.patience(text, sure)
    this.#until = this.#clock.now() + patience
    this.#after(patience, () => this.#end('stop'))
  }

  #whole(): Understood {
    const parts = [...this.#segments, ...(this.#now ? [this.#now] : [])]
    return {text: parts.map(({text}) => text.trim()).join(' '), sure: parts.length > 0 && parts.every(({sure}) => sure)}
  }

  /** The ears have stopped by themselves, or because they were told to. */
  #ended(): void {
    if (this.#now) this.#segments.push(this.#now)
    this.#now = undefined
    const left = this.#until - this.#clock.now()
    // A recogniser stops at the first pause; who has not finished is listened to again.
    if (this.phase === 'listening' && this.#segments.length && left > 0) {
      this.#open()
      return
    }
    this.#close()
  }

  #close(): void {
    this.#run++
    this.#timer()
    this.#limit()
    const whole = this.#whole()
    this.#forget()
    this.#become('quiet')
    if (whole.text) this.#tell.heard(whole)
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

  #forget(): void {
    this.#segments = []
    this.#now = undefined
    this.#until = 0
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

/** Says sentences with a mouth, one after the other; what the mouth never reports is over by a watchdog. */
import {clock, type Clock, type Mouth} from '../../voice/engines'

/** How long an utterance may take, and for each of its characters. */
const STALL = 20_000
const PER_CHARACTER = 150

export class Reciter {
  readonly #mouth: Mouth
  readonly #onSilent: () => void
  readonly #clock: Clock
  #queue: string[] = []
  #speaks = false
  /** What the mouth still reports of earlier sentences is ignored. */
  #run = 0
  #watch = () => {}

  /** *onSilent* is called when everything was said, or cannot be. */
  constructor(mouth: Mouth, onSilent: () => void, time = clock) {
    this.#mouth = mouth
    this.#onSilent = onSilent
    this.#clock = time
  }

  /** Say these instead of whatever is being said. */
  say(sentences: readonly string[]): void {
    this.stop()
    this.append(sentences)
    if (!this.#speaks) this.#onSilent()
  }

  /** Say these as well. */
  append(sentences: readonly string[]): void {
    this.#queue.push(...sentences)
    if (!this.#speaks && this.#queue.length) this.#next()
  }

  /** Be silent at once. May be called twice. */
  stop(): void {
    this.#run++
    this.#watch()
    this.#queue = []
    if (this.#speaks) this.#mouth.stop()
    this.#speaks = false
  }

  #next(): void {
    const [run, text] = [++this.#run, this.#queue.shift()]
    this.#watch()
    this.#speaks = text !== undefined
    if (text === undefined) return this.#onSilent()
    const mine = <A extends unknown[]>(then: (...args: A) => void) => (...args: A) => void (run === this.#run && then(...args))
    const hold = mine((milliseconds: number) => {
      this.#watch()
      this.#watch = this.#clock.after(milliseconds, mine(() => (this.#mouth.stop(), this.#next())))
    })
    hold(STALL + text.length * PER_CHARACTER)
    // A mouth that cannot say one sentence says none that follow.
    this.#mouth.say(text, mine((said: boolean) => (said || (this.#queue = []), this.#next())), hold)
    if (run === this.#run && this.#queue[0] !== undefined) this.#mouth.prepare?.(this.#queue[0])
  }
}

import type {DriverListener, DriverParts} from './parts'
import {says} from './strings'

/** Milliseconds: of a link that flickers, one sentence is enough. */
const FLICKER = 15_000

/** Tells that the connection is lost, by a sound, and that it is back, by a sentence. */
export class Link {
  up = true
  readonly #parts: Pick<DriverParts, 'clock' | 'cue'>
  readonly #listener: DriverListener
  readonly #say: (sentence: string) => void
  #told = -Infinity

  constructor(parts: Pick<DriverParts, 'clock' | 'cue'>, listener: DriverListener, say: (sentence: string) => void) {
    this.#parts = parts
    this.#listener = listener
    this.#say = say
  }

  /** Returns whether it has just come back. */
  changed(up: boolean): boolean {
    if (up === this.up) return false
    const {clock, cue} = this.#parts
    this.up = up
    cue(up ? 'back' : 'lost')
    this.#listener.problem(this.problem)
    if (!up) return false
    if (clock.now() - this.#told > FLICKER) this.#say(says.back)
    this.#told = clock.now()
    return true
  }

  /** In words; '' if nothing is wrong. */
  get problem(): string {
    return this.up ? '' : says.lost
  }
}

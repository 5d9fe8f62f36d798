import type {DriverListener, DriverParts} from './parts'
import {says} from './strings'

/** How often it is tried again before somebody has to tap. */
const AGAIN = 2

/** What goes wrong with the microphone in a row: it is tried again, and told when that does not help. */
export class Microphone {
  /** It is not tried again by itself. */
  lost = false
  readonly #cue: DriverParts['cue']
  readonly #listener: DriverListener
  readonly #say: (sentence: string) => void
  #troubles = 0

  constructor({cue}: Pick<DriverParts, 'cue'>, listener: DriverListener, say: (sentence: string) => void) {
    this.#cue = cue
    this.#listener = listener
    this.#say = say
  }

  get troubled(): boolean {
    return this.#troubles > 0
  }

  /** Something was heard, or somebody tapped. */
  works(): void {
    this.#troubles = 0
    this.lost = false
  }

  failed(message: string, again: boolean): void {
    this.#troubles++
    this.lost ||= !again || this.#troubles > AGAIN
    if (!this.lost) return
    this.#listener.problem(message)
    this.#cue('error')
    this.#say(again ? says.microphone : message)
  }
}

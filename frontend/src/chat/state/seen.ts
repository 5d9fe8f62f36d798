import {keep, recall} from '../../app/kept'

interface Kept {
  /** When the newest message was said that was shown, by the clock of Janus. */
  until: number
  /** When the user went away, by the clock of this device. */
  left: number
}

/** How far the user has read in a session, on this device. */
export class Seen {
  readonly seenUntil: number
  readonly lastHere: number
  readonly #name: string

  constructor(sessionId: string) {
    this.#name = `read.${sessionId}`
    const {until, left} = recall<Kept>(this.#name, {until: 0, left: 0})
    this.seenUntil = until
    this.lastHere = left
  }

  until(newest: number): void {
    keep(this.#name, {until: newest, left: Date.now()} satisfies Kept)
  }
}

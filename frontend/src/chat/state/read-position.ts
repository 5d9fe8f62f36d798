import {loadItem, saveItem} from '../../app/local-storage'

interface Kept {
  /** When the newest message was said that was shown, by the clock of Janus. */
  until: number
  /** When the user went away, by the clock of this device. */
  left: number
}

/** How far the user has read in a session, on this device. */
export class ReadPosition {
  readonly seenUntil: number
  readonly lastHere: number
  readonly #name: string

  constructor(sessionId: string) {
    this.#name = `read.${sessionId}`
    const {until, left} = loadItem<Kept>(this.#name, {until: 0, left: 0})
    this.seenUntil = until
    this.lastHere = left
  }

  until(newest: number): void {
    saveItem(this.#name, {until: newest, left: Date.now()} satisfies Kept)
  }
}

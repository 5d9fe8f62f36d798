import {loadItem, saveItem} from '../../app/local-storage'

interface Kept {
  /** The time of the newest message shown, by the server's clock. */
  until: number
  /** When the user left, by this device's clock. */
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

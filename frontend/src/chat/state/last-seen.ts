import type {App} from '../../app/app'
import {loadItem, saveItem} from '../../app/local-storage'
import type {KeptState} from '../../lib/kept-states'
import type {State} from '../../lib/types'

interface Position {
  /** The time of the newest message shown, by the server's clock. */
  until: number
  /** When the user left, by this device's clock. */
  left: number
}

/** Milliseconds; while an answer grows, keeping each state would cost more than it is worth. */
const SETTLED = 2000

/** What this device keeps of a session: how far the user has read, and what there was to read. */
export class LastSeen {
  readonly seenUntil: number
  readonly lastHere: number
  readonly #app: Pick<App, 'kept' | 'paired'>
  readonly #sessionId: string
  #state: State | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(app: Pick<App, 'kept' | 'paired'>, sessionId: string) {
    this.#app = app
    this.#sessionId = sessionId
    const {until, left} = loadItem<Position>(this.#name, {until: 0, left: 0})
    this.seenUntil = until
    this.lastHere = left
  }

  recall(): Promise<KeptState | undefined> {
    return this.#app.kept.load(this.#sessionId)
  }

  /** The user sees this now; it is kept soon, or by `leave`. */
  sees(state: State): void {
    if (!state.seq) return
    this.#state = state
    this.#timer ??= setTimeout(() => this.#keep(), SETTLED)
  }

  /** The user is about to leave, with this as the newest message. */
  leave(newest: string | undefined): void {
    this.#keep()
    // A device that is not let in any more keeps nothing.
    if (newest && this.#app.paired.peek()) saveItem(this.#name, {until: Date.parse(newest), left: Date.now()} satisfies Position)
  }

  get #name(): string {
    return `read.${this.#sessionId}`
  }

  #keep(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#state && this.#app.paired.peek()) void this.#app.kept.save(this.#state)
    this.#state = undefined
  }
}

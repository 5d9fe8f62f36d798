import {signal} from '@preact/signals'

/** Milliseconds that a lost connection is not spoken of: most come back by themselves. */
const PATIENCE = 1500

/** Whether something is to be said of the connection: not as long as it is well or only just lost. */
export class Connection {
  readonly lost = signal(false)
  /** The connection is well again, after it was said to be lost. */
  onBack = (): void => {}
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.changed(false)
  }

  changed(connected: boolean): void {
    if (!connected) {
      this.#timer ??= setTimeout(() => (this.lost.value = true), PATIENCE)
      return
    }
    this.close()
    const was = this.lost.peek()
    this.lost.value = false
    if (was) this.onBack()
  }

  /** May be called twice. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

import {signal} from '@preact/signals'

/** Milliseconds before a lost connection is reported: most come back by themselves. */
const PATIENCE = 1500

/** Whether to report that the connection is lost; not while it has only just gone. */
export class Connection {
  readonly lost = signal(false)
  /** Called when the connection is back after it was reported lost. */
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

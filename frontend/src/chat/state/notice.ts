import {signal} from '@preact/signals'

/** Milliseconds for which a notice stays. */
const SHOWN = 6000

/** A sentence about what has just happened: announced, and shown for a while. */
export class Notice {
  /** Empty while no notice is shown. */
  readonly text = signal('')
  readonly #announce: (sentence: string) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(announce: (sentence: string) => void) {
    this.#announce = announce
  }

  show(text: string): void {
    this.text.value = text
    this.#announce(text)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (this.text.value = ''), SHOWN)
  }

  /** May be called twice. */
  close(): void {
    clearTimeout(this.#timer)
  }
}

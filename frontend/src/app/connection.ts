import {signal} from '@preact/signals'

import {Link} from '../lib/link'

/** Milliseconds before a lost connection is reported: most come back by themselves. */
const PATIENCE = 1500

/** The one connection of the page to Janus, as it is shown. */
export class Connection {
  readonly link = new Link()
  /** The last request was answered. */
  readonly reached = signal(true)
  /** What is shown may be old, and that has lasted: no request is answered, or the open conversation is not heard. */
  readonly lost = signal(false)
  #heard = true
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.link.subscribe(up => {
      this.reached.value = up
      this.#look()
    })
  }

  /** Whether the open conversation is heard, or none is open. */
  hears(heard: boolean): void {
    this.#heard = heard
    this.#look()
  }

  /** Call *back* whenever the connection is there again after it was reported lost; returns what ends that. */
  whenBack(back: () => void): () => void {
    let was = false
    return this.lost.subscribe(lost => {
      if (was && !lost) back()
      was = lost
    })
  }

  readonly tryNow = (): void => this.link.tryNow()

  #look(): void {
    if (this.#heard && this.link.up) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.lost.value = false
    } else {
      this.#timer ??= setTimeout(() => (this.lost.value = true), PATIENCE)
    }
  }
}

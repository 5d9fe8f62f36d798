import type {Understood} from '../voice/engines'

/** What was heard since somebody is listened to: ears may stop at each pause, and begin again. */
export class Hearing {
  /** Somebody speaks, or is being understood. */
  busy = false
  /** Until when more of it is waited for, in milliseconds. */
  until = 0
  #parts: Understood[] = []
  #now: Understood | undefined

  get any(): boolean {
    return this.#parts.length > 0 || this.#now !== undefined
  }

  get whole(): Understood {
    const parts = [...this.#parts, ...(this.#now ? [this.#now] : [])]
    return {text: parts.map(({text}) => text.trim()).join(' '), sure: parts.length > 0 && parts.every(({sure}) => sure)}
  }

  /** Take what replaces what this run has heard before; returns what that has changed. */
  take(understood: Understood): 'more' | 'same' | 'nothing' {
    const [before, waited] = [this.#now, this.busy]
    this.busy = false
    this.#now = understood.text ? understood : before
    if (!this.#now) return waited ? 'nothing' : 'same'
    // Said again, and no longer: nothing has grown.
    return !waited && before?.text === understood.text && before.sure === understood.sure ? 'same' : 'more'
  }

  /** The ears have stopped; they may begin again. */
  pause(): void {
    if (this.#now) this.#parts.push(this.#now)
    this.#now = undefined
    this.busy = false
  }
}

/**
 * Whether Janus can be reached, and when to try again: the one clock of a page.
 *
 *     a request gets no answer ──> down ──> the probe, once a second ──answered──> up
 *                                   └── stream, outbox and list wait for that ──────┴──> all of them, at once
 *
 * While it is up, what fails by itself, as a stream that has no room, is tried again later and later.
 */

import {isHidden, onWake} from './waking'

/** The longest wait between two attempts, in milliseconds; and between two probes, for what the user said waits for them. */
export const LONGEST = 15_000
const PROBED = 1000

/**
 * Milliseconds to wait after this many failures in a row. Up to 30 % shorter than plain doubling,
 * at random, so that pages which lost the same server do not all come back at once.
 */
export function backoff(failures: number, base: number, longest = LONGEST): number {
  const doubled = Math.min(longest, base * 2 ** Math.max(0, failures - 1))
  return doubled * (0.7 + 0.3 * Math.random())
}

interface Waiting {
  timer?: ReturnType<typeof setTimeout> | undefined
  /** It goes on in the pocket. */
  hidden: boolean
}

/** Without a probe it is always up, and everything is tried again by its own time. */
export class Link {
  #up = true
  #failures = 0
  #probe: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #waiting = new Map<() => void, Waiting>()
  readonly #listeners = new Set<(up: boolean) => void>()

  /** Whether the last request was answered. */
  get up(): boolean {
    return this.#up
  }

  /** Call *listener* whenever that changes, before what waits is tried; returns what ends it. */
  subscribe(listener: (up: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves as soon as Janus is reached; at once if it is. */
  whenUp(): Promise<void> {
    return new Promise(resolve => (this.#up ? resolve() : this.later(resolve, 0, true)))
  }

  /** Use *probe*, whose request tells `answered` or `lost`, until the returned function is called. */
  watch(probe: () => void): () => void {
    this.#probe = probe
    const lost = () => this.lost()
    const stopWaking = onWake(probe)
    addEventListener('offline', lost)
    return () => {
      stopWaking()
      removeEventListener('offline', lost)
      clearTimeout(this.#timer)
      this.#probe = undefined
      this.#set(true)
    }
  }

  /** Janus has answered something. */
  answered(): void {
    clearTimeout(this.#timer)
    this.#failures = 0
    if (this.#up) return
    this.#set(true)
    this.#tryAll()
  }

  /** Janus has not answered. */
  lost(): void {
    if (!this.#probe) return
    this.#set(false)
    const wanted = !isHidden() || [...this.#waiting.values()].some(({hidden}) => hidden)
    clearTimeout(this.#timer)
    if (wanted) this.#timer = setTimeout(() => this.#probe?.(), backoff(++this.#failures, PROBED / 4, PROBED))
  }

  /** Something else than a request has failed: look whether Janus is there at all. */
  doubt(): void {
    if (this.#up) this.#probe?.()
  }

  /** The user does not want to wait. */
  tryNow(): void {
    this.#probe?.()
    this.#tryAll()
  }

  /**
   * Call *task* once, when it may succeed: after *wait* milliseconds or, while Janus is not reached, as soon as it is.
   * On a hidden page it waits on unless *hidden*. Returns what prevents it.
   */
  later(task: () => void, wait: number, hidden = false): () => void {
    const due = () => isHidden() && !hidden ? undefined : this.#try(task)
    this.#waiting.set(task, {hidden, timer: this.#up ? setTimeout(due, wait) : undefined})
    return () => this.#drop(task)
  }

  #set(up: boolean): void {
    if (this.#up === up) return
    this.#up = up
    for (const listener of this.#listeners) listener(up)
  }

  #tryAll(): void {
    for (const [task, {hidden}] of [...this.#waiting]) if (hidden || !isHidden()) this.#try(task)
  }

  #try(task: () => void): void {
    if (this.#drop(task)) task()
  }

  #drop(task: () => void): boolean {
    clearTimeout(this.#waiting.get(task)?.timer)
    return this.#waiting.delete(task)
  }
}

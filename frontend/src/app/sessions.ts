/**
 * The open sessions, polled while the page is visible. A small request is cheaper than a second
 * stream: browsers open six connections to an origin, for all its pages together.
 */

import {batch, signal} from '@preact/signals'

import {loadItem, removeItem, saveItem} from './local-storage'
import type {Api, ApiError} from '../lib/api'
import {isHidden, onWake} from '../lib/waking'
import type {SessionInfo} from '../lib/types'

/** Milliseconds between two polls while a session is busy, and while none is. */
const SOON = 3000
const LATER = 10_000
/** Milliseconds without an answer after which the server counts as unreachable. */
const SILENT_AFTER = 5000

const NAME = 'sessions'

export class Sessions {
  readonly all = signal<SessionInfo[]>(loadItem(NAME, []))
  readonly loaded = signal(false)
  readonly reached = signal(true)
  /** How many times the list has come from the server. */
  readonly updates = signal(0)
  readonly #api: Pick<Api, 'sessions'>
  readonly #refused: (error: ApiError) => void
  #running = false
  #asking = false
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop = () => {}

  /** *refused* is called when the server does not know this device. */
  constructor(api: Pick<Api, 'sessions'>, refused: (error: ApiError) => void) {
    this.#api = api
    this.#refused = refused
  }

  /** Start polling. May be called twice. */
  start(): void {
    if (this.#running) return
    this.#running = true
    const lost = () => (this.reached.value = false)
    const stopWaking = onWake(this.refresh)
    addEventListener('focus', this.refresh)
    addEventListener('offline', lost)
    this.#stop = () => {
      stopWaking()
      removeEventListener('focus', this.refresh)
      removeEventListener('offline', lost)
    }
    this.refresh()
  }

  /** Stop polling. May be called twice. */
  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
    this.#stop()
  }

  /** Stop polling, and forget the sessions. */
  forget(): void {
    this.stop()
    batch(() => {
      this.all.value = []
      this.loaded.value = false
    })
    removeItem(NAME)
  }

  readonly refresh = (): void => {
    if (!this.#running) return
    // The answer under way may be older than what has just happened.
    if (this.#asking) this.#again = true
    else void this.#ask()
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    this.#asking = true
    const silent = setTimeout(() => (this.reached.value = false), SILENT_AFTER)
    try {
      const sessions = await this.#api.sessions()
      if (this.#running) this.#show(sessions)
    } catch (error) {
      this.#failed(error as ApiError)
    } finally {
      clearTimeout(silent)
      this.#asking = false
      this.#next()
    }
  }

  #show(sessions: SessionInfo[]): void {
    const newest = [...sessions].sort((a, b) => b.last_activity.localeCompare(a.last_activity))
    batch(() => {
      // An unchanged list is not drawn again.
      if (JSON.stringify(newest) !== JSON.stringify(this.all.peek())) {
        this.all.value = newest
        saveItem(NAME, newest)
      }
      this.loaded.value = true
      this.updates.value = this.updates.peek() + 1
      this.reached.value = true
    })
  }

  #failed(error: ApiError): void {
    if (error.status === 401 && error.code === 'UNAUTHORIZED') this.#refused(error)
    else this.reached.value = false
  }

  #next(): void {
    if (!this.#running) return
    if (this.#again) {
      this.#again = false
      void this.#ask()
      return
    }
    // `onWake` polls when the page becomes visible again.
    if (isHidden()) return
    const busy = this.all.peek().some(({status, attention}) => status === 'active' || attention)
    const soon = busy || !this.reached.peek()
    this.#timer = setTimeout(this.refresh, soon ? SOON : LATER)
  }
}

/**
 * The open sessions, polled while the page is visible. A small request is cheaper than a second
 * stream: browsers open six connections to an origin, for all its pages together.
 */

import {batch, signal} from '@preact/signals'

import {loadItem, removeItem, saveItem} from './local-storage'
import type {Api, ApiError} from '../lib/api'
import type {Link} from '../lib/link'
import {isHidden} from '../lib/waking'
import type {SessionInfo} from '../lib/types'

/** Milliseconds between two polls while a session is busy, and while none is. */
const SOON = 3000
const LATER = 10_000
/** Milliseconds without an answer after which the server counts as unreachable. */
const SILENT_AFTER = 4000
/** And after which it is asked anew. */
const PATIENCE = 10_000

const NAME = 'sessions'
const HEARD = 'heard'

export class Sessions {
  readonly all = signal<SessionInfo[]>([])
  readonly loaded = signal(false)
  /** When what is shown was told by Janus, in milliseconds; 0 if never. */
  readonly heardAt = signal(0)
  /** How many times the list has come from the server. */
  readonly updates = signal(0)
  readonly #api: Pick<Api, 'sessions'>
  readonly #link: Link
  #contacted = () => {}
  /** Whether this device is let in, as far as that can be known now. Before, nothing that was kept is shown: it may have to go. */
  readonly contact = new Promise<void>(resolve => (this.#contacted = resolve))
  #running = false
  #asking = false
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop = () => {}

  constructor(api: Pick<Api, 'sessions'>, link: Link) {
    this.#api = api
    this.#link = link
    void this.contact.then(() => this.#recall())
  }

  /** Start polling. May be called twice. */
  start(): void {
    if (this.#running) return
    this.#running = true
    // A request that small is what the link is probed with.
    const endings = [this.#link.watch(this.refresh), this.#link.subscribe(up => up && !this.#asking && this.refresh())]
    addEventListener('focus', this.refresh)
    this.#stop = () => {
      for (const end of endings) end()
      removeEventListener('focus', this.refresh)
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
    const silent = setTimeout(() => {
      this.#link.lost()
      this.#contacted()
    }, SILENT_AFTER)
    try {
      const sessions = await this.#api.sessions(this.#link.up ? PATIENCE : SILENT_AFTER)
      if (this.#running) this.#show(sessions)
    } catch (error) {
      // It hung, and something else has reached Janus meanwhile.
      if (!(error as ApiError).status && this.#link.up) this.#again = true
    } finally {
      clearTimeout(silent)
      if (this.#running) this.#contacted()
      this.#asking = false
      this.#next()
    }
  }

  /** Show what was there at the last visit. */
  #recall(): void {
    if (!this.#running || this.loaded.peek()) return
    this.all.value = loadItem(NAME, [])
    this.heardAt.value = loadItem(HEARD, 0)
  }

  #show(sessions: SessionInfo[]): void {
    const newest = [...sessions].sort((a, b) => b.last_activity.localeCompare(a.last_activity))
    batch(() => {
      // An unchanged list is not drawn again.
      if (JSON.stringify(newest) !== JSON.stringify(this.all.peek())) {
        this.all.value = newest
        // What is asked now is not worth an answer later.
        saveItem(NAME, newest.map(({permissions: _, ...session}) => session))
      }
      this.loaded.value = true
      this.heardAt.value = Date.now()
      saveItem(HEARD, Date.now())
      this.updates.value = this.updates.peek() + 1
    })
  }

  #next(): void {
    if (!this.#running) return
    if (this.#again && this.#link.up) {
      this.#again = false
      void this.#ask()
      return
    }
    // The link asks again when it is time, and when the page is seen again.
    if (isHidden() || !this.#link.up) return
    const busy = this.all.peek().some(({status, attention}) => status === 'active' || attention)
    this.#timer = setTimeout(this.refresh, busy ? SOON : LATER)
  }
}

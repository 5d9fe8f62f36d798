/**
 * A stream of server-sent events that reconnects until it is stopped.
 *
 *     start() ──> EventSource ──event──> onEvent
 *                     │ error, 35 s of silence, the phone woke up
 *                     └──close──> wait ──> EventSource with last_event_id
 *
 * The browser itself stops reconnecting for good at the first 401 or 503, and iOS reports streams
 * as open that are long dead; so every failure closes the source and opens a new one.
 */

import {ApiError} from './api-error'
import {backoff, type Link} from './link'
import type {EventSourceLike} from './types'
import {isHidden, onWake} from './waking'

/** Milliseconds of silence after which a stream counts as dead: two pings and a margin. */
export const SILENCE = 35_000

export interface EventStreamOptions {
  url: string
  open: (url: string) => EventSourceLike
  /** The named events to listen to, besides `ping`. */
  names: readonly string[]
  /** Failures in a row before giving up, and milliseconds before the first retry. */
  attempts: number
  delay: number
  /** Called with each event, its parsed data and its number; an unnamed event is called `message`. */
  onEvent: (name: string, data: unknown, seq: number | undefined) => void
  onConnectionChange: (connected: boolean) => void
  /** Called once when the connection fails, once when it is given up, and for data that is not JSON. */
  onError: (error: Error) => void
  /** When to try again. */
  link: Link
}

/** One stream. `start` and `stop` may each be called twice, and alternately. */
export class EventStream {
  readonly #options: EventStreamOptions
  #source: EventSourceLike | undefined
  #sleeping: (() => void) | undefined
  #waiting = () => {}
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #seq: number | undefined
  #connected: boolean | undefined

  constructor(options: EventStreamOptions) {
    this.#options = options
  }

  /** The number of the newest event received, if any had one. */
  get seq(): number | undefined {
    return this.#seq
  }

  start(): void {
    if (this.#sleeping) return
    const stopWaking = onWake(() => this.#reopen())
    // Also one that is said to be open: it may hear nothing of what was said meanwhile.
    const stopListening = this.#options.link.subscribe(up => up && !isHidden() && this.#reopen())
    this.#sleeping = () => {
      stopWaking()
      stopListening()
    }
    this.#failures = 0
    this.#open()
  }

  stop(): void {
    if (!this.#sleeping) return
    this.#sleeping()
    this.#sleeping = undefined
    this.#close()
    this.#tell(false)
  }

  #open(): void {
    let source: EventSourceLike
    try {
      source = this.#options.open(this.#url())
    } catch (error) {
      this.#failed(undefined, error instanceof Error ? error : undefined)
      return
    }
    this.#source = source
    const current = (handle: (event: MessageEvent) => void) => (event: Event) => {
      if (this.#source !== source) return
      this.#watch()
      handle(event as MessageEvent)
    }
    source.onopen = current(() => {
      this.#failures = 0
      this.#tell(true)
    })
    source.onmessage = current(event => this.#receive('message', event))
    source.onerror = current(event => {
      // Janus has an event named `error`, which the browser dispatches to the same listeners.
      if (typeof event?.data === 'string') this.#receive('error', event)
      else this.#failed()
    })
    if (!source.addEventListener) return
    source.addEventListener('ping', current(() => {}))
    for (const name of this.#options.names) {
      if (name !== 'error') source.addEventListener(name, current(e => this.#receive(name, e)))
    }
    this.#watch()
  }

  #url(): string {
    const {url} = this.#options
    return this.#seq === undefined ? url : `${url}&last_event_id=${this.#seq}`
  }

  #close(): void {
    this.#waiting()
    clearTimeout(this.#watchdog)
    const source = this.#source
    this.#source = undefined
    source?.close()
  }

  #reopen(): void {
    this.#close()
    this.#tell(false)
    if (this.#sleeping) this.#open()
  }

  /** Restart the timer for silence; sources that do not receive pings have none. */
  #watch(): void {
    clearTimeout(this.#watchdog)
    if (!this.#source?.addEventListener) return
    this.#watchdog = setTimeout(() => isHidden() || this.#failed(0), SILENCE)
  }

  /** Retry after *wait* milliseconds; by default, the longer the more often it has failed. */
  #failed(wait?: number, reason?: Error): void {
    this.#close()
    this.#failures += 1
    const {attempts, delay, link, onError} = this.#options
    if (this.#failures > attempts) {
      this.#giveUp(new ApiError(0, 'CONNECTION_LOST', 'The connection to Janus is lost.'))
      return
    }
    // A page that has been hidden meanwhile reconnects when it wakes up.
    if (!isHidden()) this.#waiting = link.later(() => this.#open(), wait ?? backoff(this.#failures, delay))
    // An EventSource does not say why it failed.
    link.doubt()
    const first = this.#failures === 1
    this.#tell(false)
    if (!first) return
    const words = 'The connection to Janus was interrupted. Trying again.'
    onError(reason ?? new ApiError(0, 'CONNECTION_INTERRUPTED', words))
  }

  #giveUp(why: Error): void {
    this.stop()
    this.#options.onError(why)
  }

  #receive(name: string, event: MessageEvent): void {
    const seq = /^\d+$/.test(event.lastEventId ?? '') ? Number(event.lastEventId) : undefined
    const named = name !== 'message'
    if (named && seq !== undefined && seq <= (this.#seq ?? -1)) return
    let data: unknown
    try {
      data = JSON.parse(event.data as string)
    } catch {
      const words = 'Janus sent something that cannot be read.'
      this.#options.onError(new ApiError(0, 'BAD_EVENT', words, {event: name}))
      return
    }
    // A whole state counts even if its number is lower: a log can be lost.
    this.#seq = seq ?? this.#seq
    this.#options.onEvent(name, data, seq)
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return
    this.#connected = connected
    this.#options.onConnectionChange(connected)
  }
}

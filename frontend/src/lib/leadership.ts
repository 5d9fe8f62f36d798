/**
 * Which page of this browser has the stream: the last one that asked for it, if it is visible.
 *
 *     lead ──> leads, with a sign of life every two seconds
 *       ↑         │ another page asks, this one is hidden, frozen or closed
 *       └─────────┴──> follows, until the leader is gone or silent
 *
 * No Web Locks: they are missing over plain http, and a page that is frozen keeps its own.
 */

import {ours} from './base'
import {newId} from './id'
import {isHidden} from './waking'

const CHANNEL = ours('janus-stream')
/** Milliseconds between two signs of life. */
const BEAT = 2000
/** Milliseconds without one after which another page leads, and before a page in the background does. */
const SILENT = 4500
const POLITE = 150

/** How far the leader is: whether its stream is open, and the number of the last event it has. */
export interface Position {
  open: boolean
  seq?: number
}

/** What pages tell each other. The highest `term` leads; of two, the higher id. */
type Word<T> =
  | {kind: 'who'}
  | {kind: 'gone'; from: string}
  | {kind: 'item'; from: string; url: string; item: T}
  | ({kind: 'lead'; from: string; url: string; term: number; claim: boolean} & Position)

/** *T* is what the leader relays; it has to survive a structured clone. */
export interface LeadershipOptions<T> {
  /** The stream this page wants. Pages with the same one need not take it from each other. */
  url: string
  position: () => Position
  /** Whether this page goes on leading while it is hidden, as long as no other wants to. */
  stays: () => boolean
  onLead: () => void
  /** Another page leads now: called before `onSign`. */
  onFollow: () => void
  /** A sign of life of another page that leads; *same*: it has the stream that this one wants. */
  onSign: (same: boolean, position: Position) => void
  /** What the leader relays, if it has the stream that this page wants. */
  onItem: (item: T) => void
  /** The page is hidden, frozen or unloaded. */
  onAway: () => void
}

/** Takes part from `start` until it is closed. */
export class Leadership<T> {
  readonly #options: LeadershipOptions<T>
  readonly #id = newId()
  readonly #channel = globalThis.BroadcastChannel && new BroadcastChannel(CHANNEL)
  readonly #ending = new AbortController()
  #leader = {from: '', term: 0, url: ''}
  /** Until the next sign of life, or until this page leads. */
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: LeadershipOptions<T>) {
    this.#options = options
  }

  get leads(): boolean {
    return this.#leader.from === this.#id
  }

  start(): void {
    if (this.#channel) this.#channel.onmessage = ({data}) => this.#hear(data as Word<T>)
    this.#on(document, ['visibilitychange'], () => isHidden() && !(this.leads && this.#options.stays()) && this.#options.onAway())
    this.#on(document, ['freeze'], this.#options.onAway)
    this.#on(window, ['pagehide'], this.#options.onAway)
    // The user turns to this page.
    this.#on(window, ['focus', 'pointerdown', 'keydown'], () => this.#leader.url !== this.#options.url && this.#lead())
    if (!this.#channel || document.hasFocus()) this.#lead()
    else {
      this.#post({kind: 'who'})
      this.#leadIn(POLITE)
    }
  }

  /** Relay something to the pages that want the same stream. */
  relay(item: T): void {
    this.#post({kind: 'item', from: this.#id, url: this.#options.url, item})
  }

  /** Give a sign of life now, and go on with it. */
  beat(claim = false): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.beat(), BEAT)
    this.#post({kind: 'lead', ...this.#leader, claim, ...this.#options.position()})
  }

  /** May be called twice. */
  close(): void {
    if (this.#ending.signal.aborted) return
    this.#ending.abort()
    clearTimeout(this.#timer)
    if (this.leads) this.#post({kind: 'gone', from: this.#id})
    this.#channel?.close()
  }

  #lead(): void {
    this.#claim()
    this.#options.onLead()
  }

  #claim(): void {
    // By the clock, so that a new page outranks those that it has not heard of yet.
    const term = Math.max(this.#leader.term + 1, Date.now())
    this.#leader = {from: this.#id, term, url: this.#options.url}
    this.beat(true)
  }

  #leadIn(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#lead(), milliseconds + POLITE * Math.random())
  }

  #hear(word: Word<T>): void {
    if (word.kind === 'who') {
      if (this.leads) this.beat()
    } else if (word.kind === 'lead') this.#hearOfLeader(word)
    else if (word.from !== this.#leader.from) return
    // The page in use goes first, and the others not all at once.
    else if (word.kind === 'gone') this.#leadIn(document.hasFocus() ? 0 : POLITE)
    else if (word.url === this.#options.url) {
      this.#leadIn(SILENT)
      this.#options.onItem(word.item)
    }
  }

  #hearOfLeader({from, term, url, claim, open, seq}: Word<T> & {kind: 'lead'}): void {
    const known = this.#leader
    if (term < known.term || (term === known.term && from < known.from)) {
      // It has not heard of this one yet.
      if (this.leads) this.beat()
      return
    }
    if (this.leads && !claim) {
      // It asked before this page did, when the clock was ahead.
      this.#leader.term = term
      this.#claim()
      return
    }
    const led = this.leads
    this.#leader = {from, term, url}
    this.#leadIn(SILENT)
    if (led) this.#options.onFollow()
    if (isHidden()) this.#options.onAway()
    else this.#options.onSign(url === this.#options.url, {open, seq})
  }

  #on(target: EventTarget, names: string[], listener: () => void): void {
    for (const name of names) target.addEventListener(name, listener, {signal: this.#ending.signal, passive: true})
  }

  #post(word: Word<T>): void {
    this.#channel?.postMessage(word)
  }
}

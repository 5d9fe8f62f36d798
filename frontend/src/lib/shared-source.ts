/**
 * An EventSource for pages that may be open several times in one browser, of which one has a stream.
 *
 *     the page that leads ── stream ──> Janus
 *         │ every item
 *         └──> pages that show the same session; those with another one ask for its state instead
 *
 * Browsers open six connections to an HTTP/1.1 origin, for all of their pages together: with a stream
 * for each, sending and Stop would wait for ever. A hidden page has none.
 *
 * Every page knows the number of the last event it has, and goes on from there when it leads: so nothing
 * is lost or doubled, whoever had the stream before and however that ended.
 */

import {Leadership} from './leadership'
import type {EventSourceLike} from './types'
import {isHidden} from './waking'

/** An item of the stream, as the browser dispatches it. */
interface Item {
  name: string
  data: string
  /** The number of the last event it covers, and of the last one before it; none in a ping. */
  seq?: number
  after?: number
  /** A state that begins a stream, rather than an item that continues one. */
  first?: boolean
}

export interface SharedSourceOptions {
  open?: (url: string) => EventSourceLike
  /** Whether this page keeps the stream while it is hidden, as long as no other wants it. */
  stays?: () => boolean
}

/** Streams from its construction, if the page is visible, until it is closed or the page is hidden. */
export class SharedSource implements EventSourceLike {
  onopen: EventSourceLike['onopen'] = null
  onmessage: EventSourceLike['onmessage'] = null
  onerror: EventSourceLike['onerror'] = null
  readonly #url: string
  readonly #open: (url: string) => EventSourceLike
  readonly #leadership: Leadership<Item>
  readonly #listeners = new Map<string, (event: MessageEvent) => void>()
  readonly #ending = new AbortController()
  #seq: number | undefined
  /** The stream itself, while this page leads. */
  #stream: EventSourceLike | undefined
  #isOpen = false
  #isFirst = false
  /** What was relayed while a state is on its way. */
  #held: Item[] | undefined
  /** The last state that was asked for. */
  #asked = ''

  /** *url* is that of a stream, with or without `last_event_id`. */
  constructor(url: string, {open = url => new EventSource(url), stays = () => false}: SharedSourceOptions = {}) {
    const [base = '', last] = url.split('&last_event_id=')
    this.#url = base
    this.#seq = last === undefined ? undefined : Number(last)
    this.#open = open
    this.#leadership = new Leadership({
      url: base,
      stays,
      position: () => ({open: this.#isOpen, seq: this.#seq}),
      onLead: () => this.#begin(),
      onFollow: () => this.#end(),
      onSign: (same, {open, seq}) => {
        if (same && open) this.#opened()
        // A stream that begins brings a state by itself.
        if (!same || (open && seq !== undefined && seq !== this.#seq)) void this.#catchUp()
      },
      onItem: item => this.#take(item),
      onAway: () => this.close(),
    })
    if (isHidden()) this.close()
    else this.#leadership.start()
  }

  addEventListener(name: string, listener: (event: MessageEvent) => void): void {
    this.#listeners.set(name, listener)
    if (this.#stream) this.#forward(this.#stream, name)
  }

  /** Let go of the stream. May be called twice. */
  close(): void {
    this.#ending.abort()
    this.#end()
    this.#leadership.close()
  }

  /** Open the stream, from the last event this page has. */
  #begin(): void {
    this.#end()
    this.#held = undefined
    this.#isFirst = this.#seq === undefined
    let stream: EventSourceLike
    try {
      stream = this.#open(this.#isFirst ? this.#url : `${this.#url}&last_event_id=${this.#seq}`)
    } catch {
      // Not before whoever constructs this listens to it.
      queueMicrotask(() => this.#fail())
      return
    }
    this.#stream = stream
    stream.onopen = () => {
      this.#opened()
      this.#leadership.beat()
    }
    stream.onmessage = event => this.#pass('message', event)
    stream.onerror = event => {
      // Janus has an event named `error`, which the browser dispatches to the same listener.
      if (typeof (event as MessageEvent).data === 'string') this.#pass('error', event as MessageEvent)
      else this.#fail()
    }
    for (const name of this.#listeners.keys()) this.#forward(stream, name)
  }

  #end(): void {
    const stream = this.#stream
    this.#stream = undefined
    this.#isOpen = false
    if (!stream) return
    stream.onopen = stream.onmessage = stream.onerror = null
    stream.close()
  }

  #forward(stream: EventSourceLike, name: string): void {
    stream.addEventListener?.(name, event => this.#stream === stream && this.#pass(name, event))
  }

  /** Relay an item of the stream, and dispatch it here. */
  #pass(name: string, {data, lastEventId}: MessageEvent): void {
    const seq = lastEventId ? Number(lastEventId) : undefined
    const first = this.#isFirst && name === 'message'
    if (first) this.#isFirst = false
    const item: Item = {name, data: String(data), seq, after: this.#seq, first}
    this.#leadership.relay(item)
    this.#dispatch(item)
  }

  /** Dispatch a relayed item if it continues what this page has; else the next sign of life tells. */
  #take(item: Item): void {
    const {name, seq, after, first} = item
    const continues = seq === undefined || after === this.#seq || (name === 'message' && seq === this.#seq)
    if (this.#held) this.#held.push(item)
    else if (first || continues) {
      this.#opened()
      this.#dispatch(item)
    }
  }

  /** Ask for the state, as a stream would begin with. */
  async #catchUp(): Promise<void> {
    if (this.#held) return
    const held: Item[] = (this.#held = [])
    const state = await this.#ask().catch(() => undefined)
    // This page may lead by now.
    if (this.#held !== held) return
    this.#held = undefined
    if (!state) {
      this.#fail()
      return
    }
    this.#opened()
    const known = state.seq === this.#seq && state.data === this.#asked
    this.#asked = state.data
    this.#dispatch(known ? {name: 'ping', data: ''} : {name: 'message', ...state})
    for (const item of held) this.#take(item)
  }

  async #ask(): Promise<{data: string; seq: number} | undefined> {
    const response = await fetch(this.#url.replace('/chat/stream', '/state'), {signal: this.#ending.signal})
    const data = await response.text()
    const {seq} = JSON.parse(data) as {seq?: unknown}
    return typeof seq === 'number' ? {data, seq} : undefined
  }

  #opened(): void {
    this.#isOpen = true
    this.onopen?.(new Event('open'))
  }

  #fail(): void {
    if (!this.#ending.signal.aborted) this.onerror?.(new Event('error'))
  }

  #dispatch({name, data, seq}: Item): void {
    // A whole state counts even if its number is lower: a log can be lost.
    if (seq !== undefined && (name === 'message' || !(seq <= (this.#seq ?? -1)))) this.#seq = seq
    const event = new MessageEvent(name, {data, lastEventId: seq === undefined ? '' : String(seq)})
    if (name === 'message') this.onmessage?.(event)
    else if (name === 'error') this.onerror?.(event)
    else this.#listeners.get(name)?.(event)
  }
}

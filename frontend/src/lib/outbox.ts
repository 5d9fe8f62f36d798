/**
 * Messages that Janus has not acknowledged yet.
 *
 *     add() ──> stored on the phone ──> sent, in order within each session ──> forgotten
 *                     └── after a failure, a reload, a tunnel: sent again with the same id
 *
 * Janus accepts an id once: sending a message too often does no harm, losing one does.
 */

import {isRefusal, type ApiError} from './api-error'
import {ours} from './base'
import {exclusively} from './exclusively'
import {newId} from './id'
import {backoff, Link} from './link'
import {asKept, type OutboxEntry, type OutboxListener, type Send} from './outbox-entry'
import {IndexedDbStore, type KeptMessage, type OutboxStore} from './outbox-store'
import {onWake} from './waking'
import type {Attachment, StartBody} from './wire'

/** Milliseconds before the second attempt, and the longest wait that Janus may ask for. */
const DELAY = 1000
const PATIENCE = 60_000

/** The messages of one session, sent one after the other. */
interface Lane {
  busy: boolean
  failures: number
  /** Ends the wait for the next attempt. */
  stop?: () => void
}

/** Sends from its construction until it is closed. */
export class Outbox {
  /** Resolves when the messages stored before a reload have been loaded. */
  readonly loaded: Promise<void>
  readonly #send: Send
  readonly #store: OutboxStore
  readonly #link: Link
  readonly #lanes = new Map<string, Lane>()
  readonly #listeners = new Set<OutboxListener>()
  readonly #stopWaking: () => void
  #entries: readonly OutboxEntry[] = []
  #paused = false
  #closed = false
  #latest = 0

  /** *send* resolves when Janus has accepted the message, and rejects with an ApiError. */
  constructor(send: Send, store: OutboxStore = new IndexedDbStore(), link = new Link()) {
    this.#send = send
    this.#store = store
    this.#link = link
    this.loaded = this.#load()
    // Another page may have been closed with messages still unsent.
    this.#stopWaking = onWake(() => void this.#load())
  }

  /** In the order they were said; listeners see a sent one once before it is gone. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries
  }

  /** Whether sending is suspended because this device is not authorised; `flush` tries again. */
  get paused(): boolean {
    return this.#paused
  }

  /** Send a message. Listeners see it at once; resolves when it is stored, as far as the browser allows. */
  async add(message: {message_id?: string; sessionId: string; text: string; start?: StartBody; voice?: boolean; attachments?: readonly Attachment[]}): Promise<OutboxEntry> {
    this.#latest = Math.max(Date.now(), this.#latest + 1)
    const {sessionId, message_id: id = newId()} = message
    const said = {...message, message_id: id, at: this.#latest}
    this.#show([...this.#entries, {...said, state: 'waiting', kept: false}])
    const keeping = this.#keep(said)
    void this.#run(sessionId)
    const kept = await keeping
    this.#change(id, {kept})
    return this.#find(id) ?? {...said, state: 'sent', kept}
  }

  /** Send a failed message again, or a waiting one now. */
  retry(messageId: string): void {
    const entry = this.#find(messageId)
    if (!entry) return
    if (entry.state === 'failed') {
      this.#change(messageId, {state: 'waiting', error: undefined, code: undefined})
      void this.#keep(asKept(entry))
    }
    this.#paused = false
    void this.#run(entry.sessionId)
  }

  /** Discard a message; false if it is already being sent. */
  discard(messageId: string): boolean {
    const entry = this.#find(messageId)
    if (!entry || entry.state === 'sending') return false
    this.#forget(messageId)
    return true
  }

  /** Send everything that is waiting now, also after being suspended. */
  flush(): void {
    this.#paused = false
    this.#sendAll()
  }

  /** Call *listener* now and at every change; returns a function that unsubscribes it. */
  subscribe(listener: OutboxListener): () => void {
    this.#listeners.add(listener)
    listener(this.#entries)
    return () => this.#listeners.delete(listener)
  }

  /** Stop sending; unsent messages stay stored. May be called twice. */
  close(): void {
    this.#closed = true
    this.#stopWaking()
    for (const lane of this.#lanes.values()) lane.stop?.()
    this.#listeners.clear()
  }

  async #load(): Promise<void> {
    const kept = await this.#store.all().catch((): KeptMessage[] => [])
    const loaded = kept
      .filter(message => !this.#find(message.message_id))
      .map((message): OutboxEntry => {
        const {failure, ...said} = message
        const state = failure === undefined ? 'waiting' : 'failed'
        return {...said, state, kept: true, ...(failure !== undefined && {error: failure})}
      })
    this.#show([...loaded, ...this.#entries])
    this.#latest = Math.max(this.#latest, ...kept.map(message => message.at))
    this.#sendAll()
  }

  #sendAll(): void {
    for (const lane of this.#lanes.values()) lane.failures = 0
    for (const sessionId of new Set(this.#entries.map(entry => entry.sessionId))) {
      void this.#run(sessionId)
    }
  }

  async #run(sessionId: string): Promise<void> {
    const lane = this.#lane(sessionId)
    if (lane.busy) return
    lane.busy = true
    lane.stop?.()
    // Messages from before a reload go first.
    await this.loaded
    let goOn = true
    while (goOn && !this.#paused && !this.#closed) {
      const next = this.#entries.find(entry => entry.sessionId === sessionId && entry.state === 'waiting')
      if (!next) break
      goOn = await exclusively(ours(`janus-outbox-${sessionId}`), () => this.#deliver(next, lane))
    }
    lane.busy = false
  }

  /** Returns whether to continue with the next message at once. */
  async #deliver(entry: OutboxEntry, lane: Lane): Promise<boolean> {
    const id = entry.message_id
    if (await this.#isGone(entry)) {
      this.#drop(id)
      return true
    }
    this.#change(id, {state: 'sending'})
    try {
      await this.#send(entry, () => this.#started(id))
    } catch (error) {
      return this.#failed(entry, lane, error as Partial<ApiError>)
    }
    lane.failures = 0
    this.#change(id, {state: 'sent', error: undefined})
    this.#forget(id)
    return true
  }

  #failed(entry: OutboxEntry, lane: Lane, failure: Partial<ApiError>): boolean {
    const {status = 0, code, message = 'It could not be sent.', details} = failure
    const id = entry.message_id
    if (status >= 400 && status < 500 && ![401, 408, 429].includes(status)) {
      this.#change(id, {state: 'failed', error: message, code})
      void this.#keep({...asKept(this.#find(id) ?? entry), failure: message, ...(code && {code})})
      return true
    }
    if (isRefusal(failure)) this.#paused = true
    else {
      lane.failures += 1
      const asked = Math.min(PATIENCE, 1000 * (Number(details?.retry_after) || 0))
      const wait = Math.max(asked, backoff(lane.failures, DELAY))
      if (!this.#closed) lane.stop = this.#link.later(() => void this.#run(entry.sessionId), wait, true)
    }
    this.#change(id, {state: 'waiting', error: message})
    return false
  }

  /** The session is there: what failed after that starts no other. */
  #started(id: string): void {
    this.#change(id, {start: undefined})
    void this.#keep(asKept(this.#find(id)!))
  }

  /** Whether another page of this browser has sent it, or the user has discarded it. */
  async #isGone({message_id, kept}: OutboxEntry): Promise<boolean> {
    const missing = kept && !(await this.#store.has(message_id).catch(() => true))
    return missing || this.#find(message_id) === undefined
  }

  async #keep(message: KeptMessage): Promise<boolean> {
    return await this.#store.put(message).then(
      () => true,
      () => false,
    )
  }

  #lane(sessionId: string): Lane {
    const lane = this.#lanes.get(sessionId) ?? {busy: false, failures: 0}
    this.#lanes.set(sessionId, lane)
    return lane
  }

  #find(messageId: string): OutboxEntry | undefined {
    return this.#entries.find(entry => entry.message_id === messageId)
  }

  #forget(messageId: string): void {
    // If this fails it is sent once more after a reload, which does no harm.
    this.#store.delete(messageId).catch(() => {})
    this.#drop(messageId)
  }

  #drop(messageId: string): void {
    this.#show(this.#entries.filter(entry => entry.message_id !== messageId))
  }

  #change(messageId: string, change: Partial<OutboxEntry>): void {
    this.#show(this.#entries.map(entry => (entry.message_id === messageId ? {...entry, ...change} : entry)))
  }

  #show(entries: readonly OutboxEntry[]): void {
    this.#entries = entries
    for (const listener of this.#listeners) {
      try {
        listener(entries)
      } catch (error) {
        console.error(error) // a mistake in drawing must not stop the sending
      }
    }
  }
}

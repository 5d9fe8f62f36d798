/** Conversations as they were last seen, to be read without a network. */

import {Database} from './database'
import type {State} from './types'

/** How many conversations are kept, how many messages of each, and how many characters of JSON at most. */
const [SESSIONS, MESSAGES, LARGEST] = [20, 100, 250_000]

export interface KeptState {
  session_id: string
  /** When it was seen, in milliseconds. */
  at: number
  state: State
}

/** No method rejects: what cannot be kept is not there to be read, and nothing else. */
export class KeptStates {
  readonly #database = new Database('janus-kept', 'states', 'session_id')
  /** Sessions that were deleted; they may still be open. */
  readonly #forgotten = new Set<string>()
  #pruned: Promise<unknown> | undefined
  /** Counts up when all is forgotten, so that nothing under way is kept afterwards. */
  #age = 0

  async load(sessionId: string): Promise<KeptState | undefined> {
    const age = this.#age
    const kept: unknown = await this.#ask('readonly', store => store.get(sessionId))
    return age === this.#age && isKept(kept) ? {...kept, state: atRest(kept.state)} : undefined
  }

  async save(state: State): Promise<void> {
    const age = this.#age
    const kept: KeptState = {session_id: state.session_id, at: Date.now(), state: cut(state)}
    const id = kept.session_id
    const isForgotten = () => age !== this.#age || this.#forgotten.has(id)
    // First of all: the page may be about to go.
    await this.#ask('readwrite', store => (isForgotten() ? store.delete(id) : store.put(kept)) as IDBRequest<unknown>)
    await (this.#pruned ??= this.#prune())
  }

  /** It was deleted: it is kept no more. */
  async forget(sessionId: string): Promise<void> {
    this.#forgotten.add(sessionId)
    await this.#drop(sessionId)
  }

  async forgetAll(): Promise<void> {
    this.#age += 1
    await this.#ask('readwrite', store => store.clear())
  }

  /** Once for each page: what is a little too much until then does no harm. */
  async #prune(): Promise<void> {
    const all: unknown[] = (await this.#ask('readonly', store => store.getAll())) ?? []
    const old = all.filter(isKept).sort((one, other) => other.at - one.at).slice(SESSIONS)
    for (const {session_id} of old) await this.#drop(session_id)
  }

  async #drop(sessionId: string): Promise<void> {
    await this.#ask('readwrite', store => store.delete(sessionId))
  }

  async #ask<T>(mode: IDBTransactionMode, question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
    return await this.#database.ask(mode, question).catch(() => undefined)
  }
}

/** The newest messages, as many as there is room for. */
function cut(state: State): State {
  let messages = state.messages.slice(-MESSAGES)
  while (messages.length > 1 && JSON.stringify(messages).length > LARGEST) messages = messages.slice(Math.ceil(messages.length / 2))
  return {...state, messages}
}

/** Nothing is known of what goes on now: nothing is asked, runs, or waits. */
function atRest(state: State): State {
  const messages = state.messages.map(message => ({...message, is_streaming: false}))
  const status = state.status === 'stopped' ? 'stopped' : 'idle'
  return {
    ...state, messages, status, attention: null, is_processing: false, is_loading: false, missing_api_key: false,
    permissions: [], running_turn_id: null, queue: [], queue_held: false, scheduled: [], limit_resets_at: null,
  }
}

function isKept(kept: unknown): kept is KeptState {
  const {at, state} = (kept ?? {}) as Partial<KeptState>
  return typeof at === 'number' && Array.isArray(state?.messages)
}

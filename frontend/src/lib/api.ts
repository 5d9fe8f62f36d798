/** The HTTP API of Janus. Every failure is an ApiError in words for the user. */

import {ApiError, notReached, readAnswer} from './api-error'
import type {
  AgentInfo,
  Answers,
  Calls,
  DeviceList,
  EndBody,
  EndedSession,
  Health,
  Heartbeat,
  Invitation,
  PairedDevice,
  Revoked,
  Scope,
  SessionInfo,
  StartBody,
  State,
} from './types'

export {ApiError} from './api-error'

/** Timeouts in milliseconds: for simple requests, and for those that start an agent or make a worktree. */
const SOON = 20_000
const PATIENT = 75_000
/** Characters; browsers limit `keepalive` to 64 KiB over all requests under way, so larger ones go without. */
const KEPT_ALIVE = 16_000

export interface ApiOptions {
  backendUrl?: string
  /** The write key this page received when it was paired. */
  key?: () => string | null | undefined
  credentials?: RequestCredentials
  fetch?: typeof fetch
}

export type NewSession = StartBody
export type HowToEnd = EndBody

/** What a call takes: fields that its endpoint does not know do not compile. */
type Request<Name extends keyof Calls> = Pick<Calls[Name], keyof Calls[Name] & ('query' | 'body')> & {
  /** Milliseconds; infinite for as long as it takes. */
  timeout?: number
}

/** One method for each endpoint. */
export class Api {
  readonly #options: ApiOptions

  constructor(options: ApiOptions = {}) {
    this.#options = options
  }

  health(): Promise<Health> {
    return this.#call('GET /api/health', {})
  }

  async agents(): Promise<AgentInfo[]> {
    // Every agent is asked for its version, the first time.
    const call = {timeout: PATIENT}
    return (await this.#call('GET /api/agents', call)).agents
  }

  /** All sessions that have not ended. */
  async sessions(): Promise<SessionInfo[]> {
    return (await this.#call('GET /api/sessions', {})).sessions
  }

  /** One session, with its whole conversation. */
  session(session_id: string): Promise<SessionInfo> {
    return this.#call('GET /api/session', {query: {session_id}})
  }

  start(body: NewSession = {}): Promise<SessionInfo> {
    return this.#call('POST /api/session/start', {body, timeout: PATIENT})
  }

  /** End a session; takes as long as the agent needs for a summary. */
  end(session_id: string, body: HowToEnd = {}): Promise<EndedSession> {
    return this.#call('POST /api/session/end', {query: {session_id}, body, timeout: Infinity})
  }

  /** Start the agent of a session, and reopen the session if it has ended. */
  resume(session_id: string): Promise<SessionInfo> {
    return this.#call('POST /api/session/resume', {query: {session_id}, timeout: PATIENT})
  }

  rename(session_id: string, name: string): Promise<SessionInfo> {
    return this.#call('POST /api/session/rename', {query: {session_id}, body: {name}})
  }

  /** Send a message; with the same `message_id` it is accepted once, however often it is sent. */
  chat(session_id: string, message: string, message_id?: string): Promise<State> {
    return this.#call('POST /api/chat', {
      body: {message, session_id, ...(message_id && {message_id})},
    })
  }

  state(session_id: string): Promise<State> {
    return this.#call('GET /api/state', {query: {session_id}})
  }

  /** Stop this turn if it is still running; without an id, whatever is running. The queue is held, or sent at once. */
  interrupt(session_id: string, turn_id?: string, send_queue = false): Promise<State> {
    const body = {session_id, ...(turn_id && {turn_id}), ...(send_queue && {send_queue})}
    return this.#call('POST /api/interrupt', {body})
  }

  /** A note for the agent. */
  system(session_id: string, message: string): Promise<State> {
    return this.#call('POST /api/system', {body: {message, session_id}})
  }

  /** Answer a question of the agent; the first answer counts, later ones get `ALREADY_ANSWERED`. */
  permission(
    session_id: string,
    request_id: string,
    option_id: string,
    answers?: Answers,
  ): Promise<State> {
    const body = {session_id, request_id, option_id, ...(answers && {answers})}
    return this.#call('POST /api/permission', {body})
  }

  /** Set one of the agent's options, such as its mode or model. */
  choose(session_id: string, option_id: string, value: string | boolean): Promise<State> {
    const body = {session_id, option_id, value: String(value)}
    return this.#call('POST /api/options', {body})
  }

  /** Send the messages that were held when a turn was stopped. */
  sendQueue(session_id: string): Promise<State> {
    return this.#call('POST /api/queue', {body: {session_id, action: 'send'}})
  }

  /** Withdraw all queued messages. */
  discardQueue(session_id: string): Promise<State> {
    return this.#call('DELETE /api/queue', {query: {session_id}})
  }

  /** Withdraw one queued message. */
  withdraw(session_id: string, message_id: string): Promise<State> {
    return this.#call('DELETE /api/queue', {query: {session_id, message_id}})
  }

  /** Say that somebody is still there; an idle session ends without it. */
  heartbeat(session_id: string): Promise<Heartbeat> {
    return this.#call('POST /api/heartbeat', {query: {session_id}})
  }

  /** Pair this device with a code. Keep the `key`: it is sent only this once. */
  pair(code: string, name: string): Promise<PairedDevice> {
    return this.#call('POST /api/pair', {body: {code, name}})
  }

  /** Create a pairing code for another device, with full or read-only access. */
  pairNew(scope: Scope = 'full'): Promise<Invitation> {
    return this.#call('POST /api/pair/new', {body: {scope}})
  }

  devices(): Promise<DeviceList> {
    return this.#call('GET /api/devices', {})
  }

  /** Unpair a device; `all` unpairs every one, this one included. */
  revoke(device_id: string): Promise<Revoked> {
    return this.#call('DELETE /api/devices', {query: {device_id}})
  }

  async #call<Name extends keyof Calls>(name: Name, request: Request<Name>): Promise<Calls[Name]['answer']> {
    const {backendUrl = '', fetch = globalThis.fetch} = this.#options
    const {query, body, timeout = SOON} = request as {query?: Record<string, string>; body?: object; timeout?: number}
    const [method = '', path = ''] = name.split(' ')
    const search = query ? `?${new URLSearchParams(query)}` : ''
    const patience = new AbortController()
    const timer = timeout < Infinity ? setTimeout(() => patience.abort(), timeout) : undefined
    try {
      const init = {...this.#init(method, body), signal: patience.signal}
      // Reading the answer counts too: the network may be lost in the middle of it.
      return (await readAnswer(await fetch(`${backendUrl}${path}${search}`, init))) as Calls[Name]['answer']
    } catch (error) {
      if (patience.signal.aborted) {
        throw new ApiError(0, 'TIMEOUT', 'Janus did not answer in time.')
      }
      throw error instanceof ApiError ? error : notReached()
    } finally {
      clearTimeout(timer)
    }
  }

  #init(method: string, body: object | undefined): RequestInit {
    const {credentials} = this.#options
    const key = method === 'GET' ? undefined : this.#options.key?.()
    const headers: Record<string, string> = {
      ...(body && {'Content-Type': 'application/json'}),
      ...(key && {'X-Janus-Key': key}),
    }
    const text = body && JSON.stringify(body)
    return {
      method,
      headers,
      ...(text && {body: text}),
      // Closing the page must not lose what the user has just done.
      ...(method !== 'GET' && (text?.length ?? 0) < KEPT_ALIVE && {keepalive: true}),
      ...(credentials && {credentials}),
    }
  }
}

/** The doors of Janus, for the page. Every failure is an ApiError in words for the user. */

import {ApiError, notReached, readAnswer} from './api-error'
import type {
  AgentInfo,
  Answers,
  Device,
  EndedSession,
  Health,
  Invitation,
  SessionInfo,
  State,
  Status,
} from './types'

export {ApiError} from './api-error'

/** Milliseconds for what needs no work, and for what starts an agent or a worktree. */
const SOON = 20_000
const PATIENT = 75_000
/** Browsers refuse to keep larger requests alive, in bytes, all that are under way together. */
const KEPT_ALIVE = 16_000

export interface ApiOptions {
  backendUrl?: string
  /** The second half of what lets this page in, kept from its pairing. */
  key?: () => string | null | undefined
  credentials?: RequestCredentials
  fetch?: typeof fetch
}

export interface NewSession {
  /** The client's own: said again after an answer that got lost, it finds the session that was made. */
  session_id?: string
  name?: string
  branch?: string
  agent?: string
  isolated?: boolean
}

export interface HowToEnd {
  /** False: do not ask the agent for one. */
  summary?: boolean
  /** Remove the worktree too; refused with `WORKTREE_DIRTY` where work would be lost. */
  cleanup?: boolean
  /** With `cleanup`: remove it with the work in it. */
  force?: boolean
}

interface Call {
  query?: Record<string, string>
  body?: object
  /** Milliseconds; none waits as long as it takes. */
  timeout?: number
}

/** Janus over HTTP, one method a door. */
export class Api {
  readonly #options: ApiOptions

  constructor(options: ApiOptions = {}) {
    this.#options = options
  }

  health(): Promise<Health> {
    return this.#call('GET', '/api/health')
  }

  async agents(): Promise<AgentInfo[]> {
    // Every agent is asked for its version, the first time.
    const call = {timeout: PATIENT}
    return (await this.#call<{agents: AgentInfo[]}>('GET', '/api/agents', call)).agents
  }

  /** All sessions that were not ended. */
  async sessions(): Promise<SessionInfo[]> {
    return (await this.#call<{sessions: SessionInfo[]}>('GET', '/api/sessions')).sessions
  }

  /** One session, with its whole conversation. */
  session(session_id: string): Promise<SessionInfo> {
    return this.#call('GET', '/api/session', {query: {session_id}})
  }

  start(body: NewSession = {}): Promise<SessionInfo> {
    return this.#call('POST', '/api/session/start', {body, timeout: PATIENT})
  }

  /** End a session; takes as long as its agent needs for a summary. */
  end(session_id: string, body: HowToEnd = {}): Promise<EndedSession> {
    return this.#call('POST', '/api/session/end', {query: {session_id}, body, timeout: Infinity})
  }

  /** Start the agent of a session, and open the session again if it was ended. */
  resume(session_id: string): Promise<SessionInfo> {
    return this.#call('POST', '/api/session/resume', {query: {session_id}, timeout: PATIENT})
  }

  rename(session_id: string, name: string): Promise<SessionInfo> {
    return this.#call('POST', '/api/session/rename', {query: {session_id}, body: {name}})
  }

  /** Say something; with the same `message_id` it is accepted once, however often it is sent. */
  chat(session_id: string, message: string, message_id?: string): Promise<State> {
    return this.#call('POST', '/api/chat', {
      body: {message, session_id, ...(message_id && {message_id})},
    })
  }

  state(session_id: string): Promise<State> {
    return this.#call('GET', '/api/state', {query: {session_id}})
  }

  /** Stop this turn, if it still runs; without one whatever runs. What waits is held, or sent at once. */
  interrupt(session_id: string, turn_id?: string, send_queue = false): Promise<State> {
    const body = {session_id, ...(turn_id && {turn_id}), ...(send_queue && {send_queue})}
    return this.#call('POST', '/api/interrupt', {body})
  }

  /** A note for the agent. */
  system(session_id: string, message: string): Promise<State> {
    return this.#call('POST', '/api/system', {body: {message, session_id}})
  }

  /** Answer what the agent asks; the first answer counts, others get `ALREADY_ANSWERED`. */
  permission(
    session_id: string,
    request_id: string,
    option_id: string,
    answers?: Answers,
  ): Promise<State> {
    const body = {session_id, request_id, option_id, ...(answers && {answers})}
    return this.#call('POST', '/api/permission', {body})
  }

  /** Choose one of the agent's options: its mode, its model. */
  choose(session_id: string, option_id: string, value: string | boolean): Promise<State> {
    const body = {session_id, option_id, value: String(value)}
    return this.#call('POST', '/api/options', {body})
  }

  /** Send what was held when a turn was stopped. */
  sendQueue(session_id: string): Promise<State> {
    return this.#call('POST', '/api/queue', {body: {session_id, action: 'send'}})
  }

  /** Take back every message that still waits. */
  discardQueue(session_id: string): Promise<State> {
    return this.#call('DELETE', '/api/queue', {query: {session_id}})
  }

  /** Take a message back that still waits for its turn. */
  withdraw(session_id: string, message_id: string): Promise<State> {
    return this.#call('DELETE', '/api/queue', {query: {session_id, message_id}})
  }

  /** Somebody is still there; without it an idle session ends by itself. */
  heartbeat(
    session_id: string,
  ): Promise<{session_id: string; last_activity: string; status: Status}> {
    return this.#call('POST', '/api/heartbeat', {query: {session_id}})
  }

  /** Be let in with a pairing code; keep the `key`, it is told this once. */
  pair(code: string, name: string): Promise<Device & {key: string}> {
    return this.#call('POST', '/api/pair', {body: {code, name}})
  }

  /** A pairing code for another device, which may then do everything or only look. */
  pairNew(scope: 'full' | 'read' = 'full'): Promise<Invitation> {
    return this.#call('POST', '/api/pair/new', {body: {scope}})
  }

  devices(): Promise<{devices: Device[]; this_device: string}> {
    return this.#call('GET', '/api/devices')
  }

  /** Let a device in no more, or with `all` none of them, this one included. */
  revoke(device_id: string): Promise<{revoked: number}> {
    return this.#call('DELETE', '/api/devices', {query: {device_id}})
  }

  async #call<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const {backendUrl = '', fetch = globalThis.fetch} = this.#options
    const query = call.query ? `?${new URLSearchParams(call.query)}` : ''
    const timeout = call.timeout ?? SOON
    const patience = new AbortController()
    const timer = timeout < Infinity ? setTimeout(() => patience.abort(), timeout) : undefined
    try {
      const init = {...this.#init(method, call), signal: patience.signal}
      // The answer too: a network can be lost in the middle of it.
      return (await readAnswer(await fetch(`${backendUrl}${path}${query}`, init))) as T
    } catch (error) {
      if (patience.signal.aborted) {
        throw new ApiError(0, 'TIMEOUT', 'Janus did not answer in time.')
      }
      throw error instanceof ApiError ? error : notReached()
    } finally {
      clearTimeout(timer)
    }
  }

  #init(method: string, {body}: Call): RequestInit {
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
      // What the user just did must not be lost because he closed the page over it.
      ...(method !== 'GET' && (text?.length ?? 0) < KEPT_ALIVE && {keepalive: true}),
      ...(credentials && {credentials}),
    }
  }
}

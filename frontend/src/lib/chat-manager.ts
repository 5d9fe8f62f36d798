/**
 * One conversation with an agent: messages go out as requests, events come in on a stream. It
 * draws nothing, and needs nothing but `fetch` and `EventSource`.
 */

import {ApiError, notReached, readAnswer} from './api-error'
import {newId} from './id'
import {Link} from './link'
import {MAX_MESSAGE_LENGTH} from './outbox-entry'
import {EventStream} from './stream'
import type {ChatManagerConfig, ChatManagerHandlers, EventName, StreamItem, State} from './types'

const DEFAULTS = {
  backendUrl: '',
  maxMessageLength: MAX_MESSAGE_LENGTH,
  reconnectAttempts: Infinity,
  reconnectDelay: 500,
} satisfies ChatManagerConfig

// A record, so that an event added to the types does not compile until it is added here.
const EVENTS = Object.keys({
  user_message: 0,
  system_message: 0,
  assistant_delta: 0,
  thought_delta: 0,
  assistant_message: 0,
  tool_call: 0,
  plan: 0,
  permission_request: 0,
  permission_resolved: 0,
  status: 0,
  error: 0,
  summary: 0,
  session_ended: 0,
} satisfies Record<EventName, 0>)

/** Sends messages in one session, and follows its stream while connected. */
export class ChatManager {
  readonly #config: ChatManagerConfig
  readonly #handlers: ChatManagerHandlers
  #sessionId: string
  #stream: EventStream
  #listening = false
  #processing = false

  constructor(config: Partial<ChatManagerConfig> = {}, handlers: ChatManagerHandlers = {}) {
    this.#config = {...DEFAULTS, ...config}
    this.#handlers = handlers
    this.#sessionId = this.#config.sessionId || newId()
    this.#stream = this.#makeStream()
  }

  getSessionId(): string {
    return this.#sessionId
  }

  /** Switch to another session; an open stream moves there too. */
  setSessionId(sessionId: string): void {
    if (sessionId === this.#sessionId) return
    this.#stream.stop()
    this.#sessionId = sessionId
    this.#stream = this.#makeStream()
    if (this.#listening) this.#stream.start()
  }

  /** Follow the stream; after a `disconnect`, from where it stopped. */
  connect(): void {
    this.#listening = true
    this.#stream.start()
  }

  /** Stop following the stream. May be called twice. */
  disconnect(): void {
    this.#listening = false
    this.#stream.stop()
  }

  /**
   * Send a message; resolves to the state, without waiting for the answer. A message with an id
   * can be sent again: it is accepted once. If it was not accepted, rejects and calls `onError`.
   */
  async sendMessage(message: string, messageId?: string): Promise<State> {
    return await this.#say('/api/chat', message, messageId)
  }

  /** Stop the running turn; with *turnId* only that one, so that a late tap does not stop the next. */
  async interrupt(turnId?: string): Promise<State> {
    return await this.#post('/api/interrupt', {}, turnId ? {turn_id: turnId} : {})
  }

  /** Give the agent a note that is not from the user. */
  async sendSystemMessage(message: string): Promise<State> {
    return await this.#say('/api/system', message)
  }

  async #say(path: string, message: string, messageId?: string): Promise<State> {
    const limit = this.#config.maxMessageLength
    if (typeof message !== 'string' || !message.trim()) {
      throw this.#report(new Error('The message is empty.'))
    }
    if (message.length > limit) {
      const words = `The message is too long: ${message.length} characters of ${limit} at most.`
      throw this.#report(new Error(words))
    }
    return await this.#post(path, {message}, messageId ? {message_id: messageId} : {})
  }

  async #post(path: string, body: object, more: object = {}): Promise<State> {
    const sessionId = this.#sessionId
    const {backendUrl, headers, credentials} = this.#config
    let state: unknown
    try {
      const response = await this.#fetch(`${backendUrl}${path}`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', ...headers?.()},
        body: JSON.stringify({...body, session_id: sessionId, ...more}),
        ...(credentials && {credentials}),
      })
      state = await readAnswer(response)
    } catch (error) {
      throw this.#report(error instanceof ApiError ? error : notReached())
    }
    // Meanwhile the stream may have brought a newer state, or the session may have been switched.
    const old = isState(state) && (state.seq ?? Infinity) < (this.#stream.seq ?? 0)
    if (isState(state) && !old && sessionId === this.#sessionId) this.#show(state)
    return state as State
  }

  #fetch(url: string, init?: RequestInit): Promise<Response> {
    // Looked up at each call: whoever replaces the global `fetch` means every request.
    return (this.#config.fetch ?? globalThis.fetch)(url, init)
  }

  #makeStream(): EventStream {
    const {backendUrl, eventSource, credentials, link = new Link()} = this.#config
    const id = encodeURIComponent(this.#sessionId)
    const open = (url: string) =>
      credentials === 'include'
        ? new EventSource(url, {withCredentials: true})
        : new EventSource(url)
    return new EventStream({
      url: `${backendUrl}/api/chat/stream?session_id=${id}`,
      open: eventSource ?? open,
      names: EVENTS,
      attempts: this.#config.reconnectAttempts,
      delay: this.#config.reconnectDelay,
      onEvent: (name, data, seq) => this.#receive(name, data, seq),
      onConnectionChange: connected => this.#handlers.onConnectionChange?.(connected),
      onError: error => this.#report(error),
      link,
    })
  }

  #receive(name: string, data: unknown, seq: number | undefined): void {
    if (name === 'message' && !isState(data)) {
      const words = 'Janus sent something that is not a state.'
      this.#report(new ApiError(0, 'BAD_EVENT', words))
      return
    }
    this.#handlers.onEvent?.(...([name, data, seq] as StreamItem))
    if (isState(data)) this.#show(data)
  }

  #show(state: State): void {
    this.#handlers.onMessage?.(state)
    const processing = Boolean(state.is_processing)
    if (processing === this.#processing) return
    this.#processing = processing
    this.#handlers.onProcessingChange?.(processing)
  }

  #report<E extends Error>(error: E): E {
    this.#handlers.onError?.(error)
    return error
  }
}

/** Deliberately loose: a state with more or fewer fields, from another version, is a state. */
function isState(data: unknown): data is State {
  return typeof data === 'object' && data !== null && Array.isArray((data as State).messages)
}

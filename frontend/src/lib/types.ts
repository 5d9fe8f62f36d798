/** What `ChatManager` takes and hands out. What goes over the wire is described in the files named here. */

import type {StreamItem} from './events'
import type {State} from './state'

export type * from './events'
export type * from './resources'
export type * from './state'

export interface ChatManagerConfig {
  /** Where Janus is, without a slash at the end; empty for where the page came from. */
  backendUrl: string
  /** In characters. */
  maxMessageLength: number
  /** Failures in a row after which the stream is given up; 0 gives up at the first. */
  reconnectAttempts: number
  /** Milliseconds before the first attempt to reconnect; the following wait longer. */
  reconnectDelay: number
  sessionId?: string
  /** Ask, when the stream fails, whether this device is still let in; stop if it is not. */
  probe?: boolean
  credentials?: RequestCredentials
  /** Further headers of a request that changes something. */
  headers?: () => Record<string, string>
  eventSource?: (url: string) => EventSourceLike
  fetch?: typeof fetch
}

export interface ChatManagerHandlers {
  /** The whole state, from the stream or as an answer to a request. */
  onMessage?: (state: State) => void
  onConnectionChange?: (connected: boolean) => void
  onError?: (error: Error) => void
  onProcessingChange?: (isProcessing: boolean) => void
  /** Everything that came on the stream, before `onMessage`. */
  onEvent?: (...item: StreamItem) => void
}

/** What is used of an EventSource. */
export interface EventSourceLike {
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: Event) => void) | null
  close(): void
  addEventListener?(name: string, listener: (event: MessageEvent) => void): void
}

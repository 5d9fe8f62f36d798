/** The types of `ChatManager`; those of the wire are re-exported from their own files. */

import type {StreamItem} from './events'
import type {State} from './state'

export type * from './events'
export type * from './resources'
export type * from './state'

export interface ChatManagerConfig {
  /** The origin of Janus, without a trailing slash; empty for the page's own. */
  backendUrl: string
  /** In characters. */
  maxMessageLength: number
  /** Failures in a row before the stream is given up; 0 gives up at the first. */
  reconnectAttempts: number
  /** Milliseconds before the first retry; later ones wait longer. */
  reconnectDelay: number
  sessionId?: string
  /** When the stream fails, check whether this device is still authorised, and stop if it is not. */
  probe?: boolean
  credentials?: RequestCredentials
  /** Additional headers for requests that write. */
  headers?: () => Record<string, string>
  eventSource?: (url: string) => EventSourceLike
  fetch?: typeof fetch
}

export interface ChatManagerHandlers {
  /** Called with the whole state, from the stream or the answer to a request. */
  onMessage?: (state: State) => void
  onConnectionChange?: (connected: boolean) => void
  onError?: (error: Error) => void
  onProcessingChange?: (isProcessing: boolean) => void
  /** Called with every item of the stream, before `onMessage`. */
  onEvent?: (...item: StreamItem) => void
}

/** The part of EventSource that is used. */
export interface EventSourceLike {
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onerror: ((event: Event) => void) | null
  close(): void
  addEventListener?(name: string, listener: (event: MessageEvent) => void): void
}

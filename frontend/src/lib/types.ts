/** The types of `ChatManager`, and those of the wire that the page uses, which are generated. */

import type {StreamItem} from './events'
import type {Link} from './link'
import type {FilledIn, State} from './wire'

export type * from './events'
export type {
  AgentConversation,
  AgentInfo,
  AgentName,
  AgentOption,
  Attachment,
  Attention,
  Calls,
  ChangedFile,
  ChangedLines,
  ChangesReply,
  CommentBody,
  CommitReply,
  ConversationList,
  Deleted,
  Device,
  DeviceList,
  DigestAnswer,
  DiscardReply,
  EndBody,
  EndedSession,
  EndReason,
  ErrorBody,
  Field,
  File,
  FileChange,
  FilledIn,
  FleetState,
  Folders,
  GivenContext,
  Health,
  Heartbeat,
  Hit,
  Hits,
  Hunk,
  Invitation,
  Line,
  Machine,
  MergeReply,
  Message,
  Messages,
  OfferedOption,
  OptionChoice,
  OptionValue,
  OwnerTold,
  PairedDevice,
  Permission,
  PermissionOption,
  PlanEntry,
  Project,
  ProjectBody,
  PullRequestReply,
  PushReply,
  PushState,
  PushTest,
  QueuedMessage,
  Removed,
  ReviewComment,
  ReviewReply,
  Revoked,
  ScheduleBody,
  ScheduledMessage,
  Scope,
  SendBody,
  SessionInfo,
  SessionList,
  SpokenQuestion,
  StartBody,
  State,
  Status,
  SubscriptionBody,
  ToolCall,
  Transcript,
  UndoneFile,
  UndoReply,
  ViewedBody,
  VoiceState,
} from './wire'

/** What was filled in, by the id of the field. */
export type Answers = Record<string, FilledIn>

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
  /** When to try again, where the page has other things to try as well. */
  link?: Link
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

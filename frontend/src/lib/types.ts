/**
 * What goes over the wire, as `/api/openapi.json` has it, and what `ChatManager` takes.
 * The only file to change when the API does.
 */

export type Status = 'idle' | 'active' | 'waiting' | 'error' | 'stopped'
export type Attention = 'permission' | 'question' | 'error' | null

/** The whole conversation as it is at event `seq`; its messages are the newest 100. */
export interface State {
  session_id: string
  seq: number
  status: Status
  /** Why somebody should look. */
  attention: Attention
  /** A turn runs or waits. */
  is_processing: boolean
  /** The agent is starting. */
  is_loading: boolean
  /** The agent needs a login. */
  missing_api_key: boolean
  messages: Message[]
  total_messages: number
  plan: PlanEntry[]
  /** What the agent asks and nobody has answered yet. */
  permissions: Permission[]
  /** Messages that wait, and can be taken back. */
  queue: QueuedMessage[]
  /** What the agent lets its user choose. */
  options: AgentOption[]
  agent: {name: string; asks: boolean}
}

export interface Message {
  /** The client's own `message_id`, if it gave one. */
  id: string
  sender: 'user' | 'assistant' | 'system'
  content: string
  timestamp: string
  /** More of it is coming. */
  is_streaming: boolean
  turn_id: string | null
  tool_calls: ToolCall[]
}

export interface ToolCall {
  turn_id?: string | null
  id: string
  name: string
  /** As in the Agent Client Protocol: `read`, `edit`, `execute`, `search`, `other`, … */
  kind: string
  title: string
  status: 'in_progress' | 'completed' | 'failed' | 'rejected'
  output?: string
}

export interface PlanEntry {
  content: string
  status: string
  priority: string
}

/** Something the agent asks: may I, which one, how. */
export interface Permission {
  turn_id?: string | null
  request_id: string
  kind: 'permission' | 'question'
  title: string
  /** More to read before saying yes. */
  text?: string
  /** A page to open. */
  url?: string
  tool_call?: ToolCall
  /** What to fill in; sent as `answers` with the option `accept`. */
  fields?: Field[]
  options: PermissionOption[]
}

export interface PermissionOption {
  id: string
  name: string
  /** `allow_once`, `allow_always`, `reject_once`, `reject_always`, or nothing known. */
  kind: string
}

export interface Field {
  id: string
  title: string
  description: string
  kind: 'choice' | 'choices' | 'text' | 'number' | 'integer' | 'boolean'
  required: boolean
  default?: FilledIn
  choices?: {id: string; name: string}[]
}

export type FilledIn = string | number | boolean | string[]
export type Answers = Record<string, FilledIn>

export interface QueuedMessage {
  message_id: string
  turn_id: string
  content: string
  timestamp: string
}

export type OptionValue = string | boolean | null

export interface AgentOption {
  id: string
  name: string
  /** `mode`, `model`, or nothing known. */
  category: string
  value: OptionValue
  choices: {value: OptionValue; name: string}[]
}

/** What every numbered event has. */
export interface EventBase {
  seq: number
  at: string
  turn_id?: string | null
}

type InTurn = EventBase & {turn_id: string | null}

/** The data of every numbered event of the stream, by its name. */
export interface StreamEvents {
  user_message: InTurn & {content: string; message_id: string | null}
  system_message: InTurn & {content: string; id: string}
  assistant_delta: InTurn & {text: string}
  thought_delta: InTurn & {text: string}
  assistant_message: InTurn & {content: string; stop_reason: string}
  tool_call: EventBase & ToolCall
  plan: EventBase & {entries: PlanEntry[]}
  permission_request: EventBase & Permission
  permission_resolved: EventBase & {
    request_id: string
    option_id: string | null
    outcome: 'selected' | 'cancelled'
  }
  status: EventBase & StatusChange
  error: InTurn & {code: string; message: string}
  summary: EventBase & {content: string; by_agent: boolean}
  session_ended: EventBase & {reason: string}
}

export interface StatusChange {
  status: Status
  /** In words for a person. */
  detail?: string
  exit_code?: number | null
  signal?: number | string | null
  loading?: boolean
  turn?: 'started' | 'withdrawn'
  agent?: string
  protocol?: 'acp' | 'print'
  conversation_id?: string
  model?: string
  /** The agent has lost the conversation it had, and is told again what was said. */
  forgotten?: boolean
  session?: Pick<SessionInfo, 'name' | 'agent' | 'branch' | 'worktree_path' | 'created_at'>
  options?: AgentOption[]
}

export type EventName = keyof StreamEvents

/** A named event and its data. */
export type StreamEvent = {[N in EventName]: {name: N; data: StreamEvents[N]}}[EventName]

/**
 * Anything that came on a stream, as arguments: a named event, or the whole state as `message`.
 * `seq` is the number of the last event it covers; the state may know more than that already.
 */
export type StreamItem =
  | {[N in EventName]: [name: N, data: StreamEvents[N], seq: number | undefined]}[EventName]
  | [name: 'message', data: State, seq: number | undefined]

export interface SessionInfo {
  session_id: string
  name: string | null
  status: Status
  agent: string
  /** Its own git branch and worktree; null if it works in the workspace itself. */
  branch: string | null
  worktree_path: string | null
  created_at: string
  last_activity: string
  message_count: number
  attention: Attention
  /** Only where one session is asked for. */
  conversation?: {
    role: Message['sender']
    content: string
    timestamp: string
    turn_id: string | null
  }[]
}

export interface EndedSession {
  session_id: string
  status: 'ended'
  summary: string | null
  summary_saved: boolean
  branch: string | null
  worktree_path: string | null
}

export interface AgentInfo {
  name: string
  label: string
  available: boolean
  version: string | null
  protocol: 'acp' | 'print' | null
  install: string
  login: string
}

export interface Health {
  status: 'ok' | 'degraded'
  version: string
  uptime_seconds: number
  active_sessions: number
  max_sessions: number
  agent: {
    name: string
    available: boolean
    version: string | null
    demo?: boolean
    message?: string
  }
  storage: {ok: boolean; message?: string}
}

/** A page or program that was let in. */
export interface Device {
  device_id: string
  name: string
  scope: string
  kind: 'page' | 'token'
  created_at: string
  last_seen: string
  address: string | null
}

/** How another device comes in. */
export interface Invitation {
  /** To be typed. */
  code: string
  /** To be opened or scanned; the code is in it. */
  url: string
  expires_at: string
  /** Where a phone that was never here learns to trust this computer. */
  setup_url: string | null
  /** What has to be shown there. */
  words: string | null
}

export interface ApiErrorBody {
  error: {code: string; message: string; [detail: string]: unknown}
  request_id?: string
}

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

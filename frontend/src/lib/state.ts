/** The state of a conversation: `GET /api/state`, and every unnamed event of the stream. */

export type Status = 'idle' | 'active' | 'waiting' | 'error' | 'stopped'
export type Attention = 'permission' | 'question' | 'error' | null

/** The conversation as of event `seq`, with the newest 100 messages. */
export interface State {
  session_id: string
  seq: number
  status: Status
  /** Why the session needs the user, if it does. */
  attention: Attention
  /** A turn is running, or waiting to be sent. */
  is_processing: boolean
  /** The agent is starting. */
  is_loading: boolean
  /** The agent needs a login. */
  missing_api_key: boolean
  messages: Message[]
  total_messages: number
  plan: PlanEntry[]
  /** Open questions of the agent. */
  permissions: Permission[]
  /** The running turn; null also while the agent works outside a turn. */
  running_turn_id: string | null
  /** Messages that wait for their turn, and can be withdrawn. */
  queue: QueuedMessage[]
  /** A turn was stopped: the queue is not sent until the user says so. */
  queue_held: boolean
  /** The agent's own settings, such as mode and model. */
  options: AgentOption[]
  agent: {name: string; asks: boolean}
}

export interface Message {
  /** The client's own `message_id`, if it gave one. */
  id: string
  sender: 'user' | 'assistant' | 'system'
  content: string
  timestamp: string
  /** More text is coming. */
  is_streaming: boolean
  /** Null for messages outside turns, from the agent, Janus or another program. */
  turn_id: string | null
  /** `end_turn`, `cancelled`, `max_tokens`, `max_turn_requests`, `refusal`, `failed`, or the agent's own word. */
  stop_reason: string | null
  tool_calls: ToolCall[]
}

export interface ToolCall {
  turn_id?: string | null
  id: string
  name: string
  /** As in the Agent Client Protocol: `read`, `edit`, `execute`, `search`, `other`, … */
  kind: string
  title: string
  status: 'in_progress' | 'completed' | 'failed' | 'rejected' | 'cancelled'
  output?: string
}

export interface PlanEntry {
  content: string
  status: string
  priority: string
}

/** A question of the agent: for permission, for a choice, for details. */
export interface Permission {
  turn_id?: string | null
  request_id: string
  kind: 'permission' | 'question'
  title: string
  /** More to read before saying yes. */
  text?: string
  /** A web page to open. */
  url?: string
  tool_call?: ToolCall
  /** A form; its values are sent as `answers` with the option `accept`. */
  fields?: Field[]
  options: PermissionOption[]
}

export interface PermissionOption {
  id: string
  name: string
  /** `allow_once`, `allow_always`, `reject_once`, `reject_always`, or something else. */
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
  /** `mode`, `model`, or something else. */
  category: string
  value: OptionValue
  choices: {value: OptionValue; name: string}[]
}

/** The state of a conversation as it goes over the wire: `GET /api/state`, and every unnamed event of the stream. */

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
  /** The turn that runs; null while there is none, also where the agent works by itself. */
  running_turn_id: string | null
  /** Messages that wait, and can be taken back. */
  queue: QueuedMessage[]
  /** A turn was stopped: what waits is not sent until the user says so. */
  queue_held: boolean
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
  /** Null where the agent, Janus or another program spoke outside a turn. */
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

/** The named events of the stream, and what `ChatManager` hands on of it. */

import type {SessionInfo} from './resources'
import type {AgentOption, Permission, PlanEntry, State, Status, ToolCall} from './state'

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
  assistant_message: InTurn & {content: string; stop_reason: string | null}
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
  queue_held?: boolean
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

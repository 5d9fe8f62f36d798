/** The named events of the stream, and the items that `ChatManager` passes on. */

import type {SessionInfo} from './resources'
import type {AgentOption, Permission, PlanEntry, State, Status, ToolCall} from './state'

/** What all numbered events have in common. */
export interface EventBase {
  seq: number
  at: string
  turn_id?: string | null
}

type InTurn = EventBase & {turn_id: string | null}

/** The data of each numbered event, by its name. */
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

/** Only the fields that have something to tell. */
export interface StatusChange {
  status?: Status
  /** In words for the user. */
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
  /** The agent has lost its conversation, and is given a recap. */
  forgotten?: boolean
  session?: Pick<SessionInfo, 'name' | 'agent' | 'branch' | 'worktree_path' | 'created_at'>
  options?: AgentOption[]
}

export type EventName = keyof StreamEvents

/** A named event and its data. */
export type StreamEvent = {[N in EventName]: {name: N; data: StreamEvents[N]}}[EventName]

/**
 * An item of the stream, as arguments: a named event, or a whole state as `message`. `seq` is the
 * number of the last event it covers; a state may already be ahead of that.
 */
export type StreamItem =
  | {[N in EventName]: [name: N, data: StreamEvents[N], seq: number | undefined]}[EventName]
  | [name: 'message', data: State, seq: number | undefined]

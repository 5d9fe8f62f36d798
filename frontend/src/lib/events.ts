/** The named events of the stream, and the items that `ChatManager` passes on. */

import type {State, StatusEvent, StreamEvents as AllEvents} from './wire'

/** What all numbered events have in common. */
export interface EventBase {
  seq: number
  at: string
  turn_id?: string | null
}

/** The data of each numbered event, by its name; `ping` has neither number nor data. */
export type StreamEvents = Omit<AllEvents, 'ping'>

export type StatusChange = Omit<StatusEvent, keyof EventBase>

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

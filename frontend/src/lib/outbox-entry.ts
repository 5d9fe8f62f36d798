import type {KeptMessage} from './outbox-store'

/** A message on its way. */
export interface OutboxEntry {
  readonly message_id: string
  readonly sessionId: string
  readonly text: string
  /** When it was said, in milliseconds since 1970. */
  readonly at: number
  /** `failed` needs the user: `retry` or `discard`. */
  readonly state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** Why the last attempt failed, in words for the user. */
  readonly error?: string
  /** Whether it survives a reload. */
  readonly kept: boolean
}

export type Send = (entry: OutboxEntry) => Promise<unknown>
export type OutboxListener = (entries: readonly OutboxEntry[]) => void

export function asKept({message_id, sessionId, text, at}: OutboxEntry): KeptMessage {
  return {message_id, sessionId, text, at}
}

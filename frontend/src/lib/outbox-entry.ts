import type {KeptMessage} from './outbox-store'
import type {Attachment, StartBody} from './wire'

/**
 * The characters of a message at most. The server accepts bodies up to 1 MiB; a character takes at
 * most six bytes in JSON.
 */
export const MAX_MESSAGE_LENGTH = 100_000

/** A message on its way. */
export interface OutboxEntry {
  readonly message_id: string
  readonly sessionId: string
  readonly text: string
  /** When it was said, in milliseconds since 1970. */
  readonly at: number
  /** Files that go with it. */
  readonly attachments?: readonly Attachment[] | undefined
  /** The session to start with it; gone as soon as that is there. */
  readonly start?: StartBody | undefined
  /** `failed` needs the user: `retry` or `discard`. */
  /** It was spoken, not typed. */
  readonly voice?: boolean | undefined
  readonly state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** Why the last attempt failed, in words for the user. */
  readonly error?: string | undefined
  /** The code of that failure. */
  readonly code?: string | undefined
  /** Whether it survives a reload. */
  readonly kept: boolean
}

/** `started` is called as soon as the session of the message is there. */
export type Send = (entry: OutboxEntry, started: () => void) => Promise<unknown>
export type OutboxListener = (entries: readonly OutboxEntry[]) => void

export function asKept({message_id, sessionId, text, at, start, voice, attachments}: OutboxEntry): KeptMessage {
  return {message_id, sessionId, text, at, ...(start && {start}), ...(voice && {voice}), ...(attachments && {attachments})}
}

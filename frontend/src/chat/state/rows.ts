/** A conversation as rows, from top to bottom. */

import type {OutboxEntry} from '../../lib/outbox-entry'
import type {Attachment, Message} from '../../lib/types'

export type Delivery = 'waiting' | 'sending' | 'sent' | 'queued' | 'failed' | 'answered'

/** A message of the user: the same row from the tap on Send to the answer, so that it never jumps. */
export interface Prompt {
  kind: 'prompt'
  key: string
  id: string
  text: string
  at: number
  delivery: Delivery
  error?: string
  /** The code of that failure. */
  code?: string
  /** Files that go with it. */
  attachments?: readonly Attachment[]
  /** Its session is not there yet, and will be so. */
  start?: 'shared' | 'own'
}

/** A message of the agent or Janus. It may still grow, and is drawn from its cell. */
export interface Reply {
  kind: 'reply'
  key: string
}

export type Row = Prompt | Reply | {kind: 'time'; key: string; at: number} | {kind: 'new'; key: string}

export interface RowsInput {
  messages: readonly Message[]
  /** The outbox entries of this session; sent ones as well, until they are among the messages. */
  entries: readonly OutboxEntry[]
  /** The ids of queued messages. */
  queued: ReadonlySet<string>
  /** The ids of messages that are shown above the composer, not here. */
  apart: ReadonlySet<string>
  /** The time of the newest message the user has seen; 0 shows no divider. */
  seenUntil: number
}

/** Milliseconds of silence after which the time is shown. */
const GAP = 5 * 60_000

export function rowKey({sender, id}: Pick<Message, 'sender' | 'id'>): string {
  return `${sender}:${id}`
}

export function rowsOf({messages, entries, queued, apart, seenUntil}: RowsInput): Row[] {
  const rows: Row[] = []
  const known = new Set<string>()
  const answered = new Set<string | null>()
  for (const {sender, turn_id} of messages) if (sender !== 'user') answered.add(turn_id)
  let last = 0
  let unseen = seenUntil > 0

  const timed = (at: number, key: string) => {
    if (at - last > GAP) rows.push({kind: 'time', key: `time ${key}`, at})
    last = Math.max(last, at)
  }
  for (const message of inTurns(messages)) {
    const key = rowKey(message)
    const at = Date.parse(message.timestamp)
    const mine = message.sender === 'user'
    if (mine) known.add(message.id)
    if (mine && apart.has(message.id)) continue
    timed(at, key)
    if (unseen && at > seenUntil) {
      // A user who has sent a message has seen everything before it.
      if (!mine) rows.push({kind: 'new', key: 'new'})
      unseen = false
    }
    rows.push(mine ? promptRow(message, key, at, answered, queued) : {kind: 'reply', key})
  }
  for (const {message_id: id, text, at, state, error, code, start, attachments} of entries) {
    if (known.has(id) || apart.has(id)) continue
    const key = rowKey({sender: 'user', id})
    timed(at, key)
    rows.push({kind: 'prompt', key, id, text, at, delivery: state, ...(error && {error}), ...(code && {code}), ...(attachments && {attachments}), ...(start && {start: start.isolated ? 'own' : 'shared'})})
  }
  return rows
}

/** Put messages sent while the agent worked where their own turn begins, not inside another answer. */
function inTurns(messages: readonly Message[]): Message[] {
  const answered = new Set(messages.filter(({sender}) => sender !== 'user').map(({turn_id}) => turn_id))
  const lastAnswered = messages.findLastIndex(m => m.sender === 'user' && answered.has(m.turn_id))
  const early = new Map<string | null, Message>()
  const ordered: Message[] = []
  messages.forEach((message, index) => {
    const {sender, turn_id} = message
    // A turn lost by Janus never gets an answer: its message stays where it was.
    if (sender === 'user' && (answered.has(turn_id) || index > lastAnswered)) {
      early.set(turn_id, message)
      return
    }
    const question = early.get(turn_id)
    if (question && early.delete(turn_id)) ordered.push(question)
    ordered.push(message)
  })
  return [...ordered, ...early.values()]
}

function promptRow(
  {id, content, turn_id, attachments}: Message,
  key: string,
  at: number,
  answered: Set<string | null>,
  queued: ReadonlySet<string>,
): Prompt {
  // Queued while nothing is running: it is about to be answered.
  const delivery = answered.has(turn_id) && !queued.has(id) ? 'answered' : 'sent'
  return {kind: 'prompt', key, id, text: content, at, delivery, ...(attachments && {attachments})}
}

/** Whether *next* is drawn exactly like *was*. */
export function sameMessage(was: Message, next: Message): boolean {
  return (
    was === next ||
    (was.content === next.content &&
      was.is_streaming === next.is_streaming &&
      was.stop_reason === next.stop_reason &&
      JSON.stringify(was.tool_calls) === JSON.stringify(next.tool_calls))
  )
}

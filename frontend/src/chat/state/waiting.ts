import type {OutboxEntry} from '../../lib/outbox-entry'
import type {Message, QueuedMessage} from '../../lib/types'
import type {Said} from '../said'

/** A message that waits: for the running turn to end or, if it is held, for the user. */
export interface Waiting extends Said {
  id: string
  /** Whether Janus has it; otherwise it is on its way. */
  accepted: boolean
}

/** The messages Janus has queued. */
export function acceptedOf(queue: readonly QueuedMessage[]): Waiting[] {
  return queue.map(({message_id, content, attachments}) => ({id: message_id, text: content, attachments, accepted: true}))
}

/** The messages that wait for the running turn to end: accepted ones, and those on their way. */
export function queueOf(queue: readonly QueuedMessage[], entries: readonly OutboxEntry[], messages: readonly Message[]): Waiting[] {
  return [...acceptedOf(queue.filter(({held}) => !held)), ...unsentOf(entries, messages)]
}

function unsentOf(entries: readonly OutboxEntry[], messages: readonly Message[]): Waiting[] {
  const known = new Set(messages.map(message => message.id))
  return entries
    .filter(({message_id, state}) => state !== 'failed' && !known.has(message_id))
    .map(({message_id, text, attachments}) => ({id: message_id, text, attachments, accepted: false}))
}

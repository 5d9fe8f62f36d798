import type {OutboxEntry} from '../../lib/outbox-entry'
import type {Message, QueuedMessage} from '../../lib/types'

/** A message that waits for the running turn to end. */
export interface Waiting {
  id: string
  text: string
  /** Janus has it; otherwise it is on its way. */
  accepted: boolean
}

/** What Janus has queued, and what is on its way to there. */
export function waitingOf(
  queue: readonly QueuedMessage[],
  entries: readonly OutboxEntry[],
  messages: readonly Message[],
): Waiting[] {
  const known = new Set(messages.map(message => message.id))
  const accepted = queue.map(({message_id, content}) => ({id: message_id, text: content, accepted: true}))
  const onTheirWay = entries
    .filter(({message_id, state}) => state !== 'failed' && !known.has(message_id))
    .map(({message_id, text}) => ({id: message_id, text, accepted: false}))
  return [...accepted, ...onTheirWay]
}

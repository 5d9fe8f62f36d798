import type {OutboxEntry} from '../../lib/outbox-entry'
import type {Message, QueuedMessage} from '../../lib/types'

/** A message that waits for the running turn to end, or for the user. */
export interface Waiting {
  id: string
  text: string
  /** Whether Janus has it; otherwise it is on its way. */
  accepted: boolean
}

/** The messages Janus has queued, and those on their way to it. */
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

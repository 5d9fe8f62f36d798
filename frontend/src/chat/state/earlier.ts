/** Earlier messages: Janus sends the whole conversation, the page shows it in parts. */

import type {Api} from '../../lib/api'
import type {Message, SessionInfo} from '../../lib/types'
import {who} from '../strings'

/** How many more are shown at a time. */
const PART = 200

/** The earlier messages already *shown*, and some before them. */
export async function earlierMessages(
  api: Api,
  sessionId: string,
  newest: readonly Message[],
  shown: readonly Message[],
): Promise<Message[]> {
  const {conversation = []} = await api.session(sessionId)
  return before(conversation, newest, shown.length + PART)
}

/** The whole conversation as text. */
export async function transcript(api: Api, sessionId: string): Promise<string> {
  const {conversation = []} = await api.session(sessionId)
  return conversation.map(({role, content}) => `${who[role]}:\n${content}`).join('\n\n')
}

/** Up to *most* messages of a conversation, directly before the *newest*. */
export function before(
  conversation: NonNullable<SessionInfo['conversation']>,
  newest: readonly Message[],
  most: number,
): Message[] {
  // More may have been said meanwhile: the overlap begins at the first of the newest.
  const [first] = newest
  const border = first
    ? conversation.findLastIndex(
        said => said.timestamp === first.timestamp && said.role === first.sender && said.turn_id === first.turn_id,
      )
    : -1
  const end = border < 0 ? Math.max(0, conversation.length - newest.length) : border
  const start = Math.max(0, end - most)
  return conversation.slice(start, end).map(({role, content, timestamp, turn_id}, index) => ({
    id: `earlier ${start + index}`,
    sender: role,
    content,
    timestamp,
    turn_id,
    is_streaming: false,
    stop_reason: null,
    tool_calls: [],
  }))
}

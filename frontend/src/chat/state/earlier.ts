/** All that was said: Janus tells it at once, it is shown in parts. */

import type {Api} from '../../lib/api'
import type {Message, SessionInfo} from '../../lib/types'
import {who} from '../strings'

/** So many more are shown at a time. */
const PART = 200

/** The *shown* earlier messages, and some more before them. */
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

/** The last *most* of a conversation that are older than the *newest*, as messages. */
export function before(
  conversation: NonNullable<SessionInfo['conversation']>,
  newest: readonly Message[],
  most: number,
): Message[] {
  // Meanwhile more may have been said: what is in both ends where the newest begin.
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

import type {Message} from '../../lib/types'
import {words} from '../strings'

/** A question that yes or no answers, at the end of an answer. */
const ASKS = /\b(?:shall|should|may|can|would you like|do you want|want me)\b[^.!?\n]*\?\s*$/i

/** What a user would probably say next; nothing where the answer suggests nothing. */
export function repliesTo(answer: Message | undefined): string[] {
  if (answer?.sender !== 'assistant') return []
  const {content, stop_reason: reason, tool_calls: calls} = answer
  if (reason && reason !== 'end_turn') return [words.replies.goOn]
  if (ASKS.test(content.trim().slice(-400))) return [words.replies.yes, words.replies.no]
  const last = calls.findLast(({kind}) => kind === 'execute')
  return last?.status === 'failed' ? [words.replies.fix] : []
}

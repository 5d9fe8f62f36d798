import type {ChatContext} from '../state/chat-context'
import {words} from '../strings'

/** What is said most often, for a thumb that does not want to type. */
export function QuickReplies({chat: {conversation}, onReply}: {chat: ChatContext; onReply: (text: string) => void}) {
  if (!conversation.answered.value) return null
  return (
    <ul class="replies" aria-label={words.quick}>
      {words.replies.map(reply => (
        <li key={reply}>
          <button type="button" class="button reply" onClick={() => onReply(reply)}>{reply}</button>
        </li>
      ))}
    </ul>
  )
}

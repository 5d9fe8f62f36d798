import type {ChatContext} from '../state/chat-context'
import {Ask} from './ask'

/** A question of the agent, above the composer where the keyboard does not hide it. */
export function AskCard({chat: {app, conversation}}: {chat: ChatContext}) {
  const all = conversation.permissions.value
  const [asked] = all
  if (!asked) return null
  return (
    <Ask
      key={asked.request_id}
      app={app}
      sessionId={conversation.sessionId}
      asked={asked}
      of={all.length}
      where={conversation.state.value?.session ?? {}}
      onAnswer={(option, answers) => conversation.actions.answer(asked.request_id, option.id, answers)}
    />
  )
}

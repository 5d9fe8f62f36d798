import {Icon, type IconName} from '../../ui/icon'
import type {ChatContext} from '../../chat/state/chat-context'
import {words} from '../../chat/strings'

/** What is wrong in this conversation, or has just happened. Announced elsewhere, so not a live region. */
export function Banner({chat: {app, conversation}}: {chat: ChatContext}) {
  // The banner above all screens says when Janus cannot be reached at all.
  if (app.reached.value && conversation.connection.lost.value) return <Word icon="rotate-ccw" text={words.reconnecting} />
  if (conversation.loginNeeded.value) return <Word icon="key-round" text={words.login} />
  const notice = conversation.notice.text.value
  return notice ? <Word icon="info" text={notice} quiet /> : null
}

function Word({icon, text, quiet}: {icon: IconName; text: string; quiet?: boolean}) {
  return (
    <p class={quiet ? 'word word-quiet' : 'word'}>
      <Icon name={icon} />
      <span dir="auto">{text}</span>
    </p>
  )
}

import {Icon, type IconName} from '../../ui/icon'
import type {ChatContext} from '../../chat/state/chat-context'
import {words} from '../../chat/strings'

/** What is wrong here, or has just happened. It is said by the announcer, not by being there. */
export function Banner({chat: {app, conversation}}: {chat: ChatContext}) {
  // That Janus is not reached at all is said above all screens.
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

import {Icon, type IconName} from '../../ui/icon'
import type {ChatContext} from '../../chat/state/chat-context'
import {says} from '../../chat/machine-strings'
import {sleepOf} from '../../chat/machines'
import {words as ofPage} from '../../app/strings'
import {moment} from '../../app/time'
import {words} from '../../chat/strings'

/** What is wrong in this conversation, or has just happened. Announced elsewhere, so not a live region. */
export function Banner({chat: {app, conversation}}: {chat: ChatContext}) {
  // Why, the banner above all screens says.
  if (app.connection.lost.value && conversation.opened.value) return <Word icon="clock" text={ofPage.asOf(moment(conversation.heardAt))} quiet />
  if (conversation.loginNeeded.value) return <Word icon="key-round" text={words.login} />
  const notice = conversation.notice.text.value
  if (notice) return <Word icon="info" text={notice} quiet />
  const away = app.fleet.away(conversation.sessionId)
  if (!away) return null
  const sentence = conversation.state.value?.seq ? says.away : says.awayYet
  return <Word icon="moon" text={sentence(away.name, sleepOf(away))} quiet />
}

function Word({icon, text, quiet}: {icon: IconName; text: string; quiet?: boolean}) {
  return (
    <p class={quiet ? 'word word-quiet' : 'word'}>
      <Icon name={icon} />
      <span dir="auto">{text}</span>
    </p>
  )
}

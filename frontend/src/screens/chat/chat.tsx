import '../../style/text.css'
import '../../style/chat.css'
import '../../style/messages.css'
import '../../style/steps.css'
import '../../style/dock.css'

import {useSignal} from '@preact/signals'
import {useEffect, useMemo, useRef} from 'preact/hooks'

import type {App} from '../../app/app'
import {lazy} from '../../ui/lazy'
import {Banner} from './banner'
import {Composer} from '../../chat/composer/composer'
import {Conversation} from '../../chat/state/conversation'
import {Feedback} from '../../chat/aloud/feedback'
import {Header} from './header'
import {keepFocus} from './keep-focus'
import {loadMarkdown} from '../../chat/messages/message-text'
import {MessageList} from '../../chat/messages/message-list'
import {narrate} from '../../chat/aloud/narrate'
import {PlanBar} from '../../chat/messages/plan-bar'
import {Queue} from '../../chat/composer/queue'
import {ReadAloud} from '../../chat/aloud/read-aloud'
import {words} from '../../chat/strings'
import {keepAwake} from '../../chat/aloud/stay-awake'
import type {ChatContext} from '../../chat/state/chat-context'
import {aboveKeyboard} from '../../chat/composer/viewport'
import {WorkBar} from '../../chat/messages/work-bar'

const AskCard = lazy(async () => (await import('../../chat/questions/ask-card')).AskCard)
const Ended = lazy(async () => (await import('./ended')).Ended)
const Menu = lazy(async () => (await import('./menu')).Menu)

/** The screen of one conversation. */
export function Chat({app, sessionId}: {app: App; sessionId: string}) {
  const draft = useSignal(app.drafts.load(sessionId))
  const menu = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const chat = useMemo(() => {
    const conversation = new Conversation(app, sessionId)
    const compose: ChatContext['compose'] = (text, stay) => {
      draft.value = draft.value.trim() ? `${draft.value.trimEnd()}${stay ? ' ' : '\n'}${text}` : text
      // Somebody who dictates does not want the keyboard.
      if (!stay) document.getElementById('composer')?.focus()
    }
    const feedback = new Feedback(app.preferences)
    return {app, conversation, feedback, aloud: new ReadAloud(app, conversation), compose} satisfies ChatContext
  }, [app, sessionId])
  const {conversation, aloud} = chat

  useEffect(() => {
    loadMarkdown()
    AskCard.prefetch()
    const endings = [narrate(chat), aloud.follow(), keepAwake(chat), aboveKeyboard(), keepFocus(root.current!)]
    return () => {
      for (const end of endings) end()
      conversation.close()
    }
  }, [chat])

  return (
    <div ref={root} class="chat">
      <Header chat={chat} onMenu={() => (menu.value = true)} />
      <PlanBar plan={conversation.plan} />
      <MessageList chat={chat} />
      <section class="dock" aria-label={words.composer}>
        <Banner chat={chat} />
        <Asked chat={chat} />
        <WorkBar chat={chat} />
        <Queue chat={chat} />
        <Composer chat={chat} draft={draft} />
      </section>
      {menu.value && <Menu chat={chat} onClose={() => (menu.value = false)} />}
    </div>
  )
}

/** A question, or the end of the session. Rarely needed at once, so fetched after the conversation. */
function Asked({chat}: {chat: ChatContext}) {
  const {ended, permissions} = chat.conversation
  if (ended.value) return <Ended chat={chat} />
  return permissions.value.length > 0 ? <AskCard chat={chat} /> : null
}

import {Icon} from '../../ui/icon'
import type {ChatContext} from '../../chat/state/chat-context'
import {words} from '../../chat/strings'

/** The title of the conversation, the way back, and the menu. Stays in sight. */
export function Header({chat, onMenu}: {chat: ChatContext; onMenu: () => void}) {
  const {app} = chat
  return (
    <header class="chat-head">
      <button type="button" class="plain" aria-label={words.back} onClick={() => app.go('/')}>
        <Icon name="arrow-left" />
      </button>
      <div class="chat-title">
        <h1 dir="auto">{titleOf(chat)}</h1>
        <p class="hint">{aboutAgent(chat)}</p>
      </div>
      <button type="button" class="plain" aria-label={words.menu} aria-haspopup="dialog" onClick={onMenu}>
        <Icon name="ellipsis" />
      </button>
    </header>
  )
}

/** The title shown in the list; for a session that is not in it, the first words. */
export function titleOf({app, conversation}: ChatContext): string {
  const session = app.sessions.value.find(known => known.session_id === conversation.sessionId)
  const title = session && app.titleOf(session)
  if (title && title !== agentLabel(app, session.agent)) return title
  const first = conversation.rows.value.find(row => row.kind === 'prompt')
  return (first?.kind === 'prompt' && first.text.split('\n')[0]!.slice(0, 80)) || title || words.untitled
}

function aboutAgent({app, conversation}: ChatContext): string {
  const model = conversation.options.value.find(option => option.category === 'model')
  const chosen = model?.choices.find(choice => choice.value === model.value)?.name
  return [agentLabel(app, conversation.agent.value), chosen].filter(Boolean).join(' · ')
}

function agentLabel(app: ChatContext['app'], name: string): string {
  return app.agents.value.find(agent => agent.name === name)?.label ?? name
}

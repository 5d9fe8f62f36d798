import {useSignal} from '@preact/signals'

import {says} from '../../chat/machine-strings'
import {sleepOf} from '../../chat/machines'
import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../../chat/state/chat-context'
import {sent} from '../../chat/sent-strings'
import {words} from '../../chat/strings'

const MachineSheet = lazy(async () => (await import('../settings/machine-sheet')).MachineSheet)

/** The title of the conversation, the way back, and the menu. Stays in sight. */
export function Header({chat, onMenu}: {chat: ChatContext; onMenu: () => void}) {
  const {app} = chat
  return (
    <header class="chat-head">
      <button type="button" class="plain" aria-label={words.allSessions} onClick={() => app.go('/')}>
        <Icon name="arrow-left" />
      </button>
      <div class="chat-title">
        <h1 dir="auto">{titleOf(chat)}</h1>
        <p class="hint"><Where chat={chat} />{aboutAgent(chat)}{contextUsed(chat)}</p>
      </div>
      {app.fleet.machines.value.length > 0 && <MachineButton chat={chat} />}
      <button type="button" class="plain" aria-label={words.menu} aria-haspopup="dialog" onClick={onMenu}>
        <Icon name="ellipsis" />
      </button>
    </header>
  )
}

/** The machine that has it, and whether that sleeps. */
function MachineButton({chat: {app, conversation}}: {chat: ChatContext}) {
  const shown = useSignal(false)
  const machine = app.fleet.of(conversation.sessionId)
  const name = machine?.name ?? app.fleet.name.value
  return (
    <>
      <button type="button" class="plain chat-machine" aria-label={says.about(name, machine ? sleepOf(machine) : '')} aria-haspopup="dialog" onClick={() => (shown.value = true)}>
        <Icon name={machine?.online === false ? 'moon' : 'monitor'} /><bdi>{name}</bdi>
      </button>
      {shown.value && <MachineSheet app={app} id={machine?.machine_id ?? ''} onClose={() => (shown.value = false)} />}
    </>
  )
}

/** The title shown in the list; for a session that is not in it, what is known of it. */
export function titleOf({app, conversation}: ChatContext): string {
  const session = app.sessions.value.find(known => known.session_id === conversation.sessionId)
  const title = session && app.titleOf(session)
  if (title && title !== agentLabel(app, session.agent)) return title
  const described = conversation.state.value?.session
  const given = described?.name || described?.title
  if (given) return given
  const first = conversation.rows.value.find(row => row.kind === 'prompt')
  return (first?.kind === 'prompt' && first.text.split('\n')[0]!.slice(0, 80)) || title || words.untitled
}

/** Its project and branch; without one of its own, that of the folder. */
function Where({chat: {app, conversation}}: {chat: ChatContext}) {
  const session = app.sessions.value.find(known => known.session_id === conversation.sessionId) ?? conversation.state.value?.session
  const project = app.projects.value.find(({project_id}) => project_id === session?.project_id)
  const name = project?.name ?? session?.project
  const branch = session?.branch ?? project?.branch
  if (!name) return null
  return <><bdi>{name}</bdi>{branch && <> / <bdi dir="ltr">{branch}</bdi></>} · </>
}

function aboutAgent({app, conversation}: ChatContext): string {
  const model = conversation.options.value.find(option => option.category === 'model')
  const chosen = model?.choices.find(choice => choice.value === model.value)?.name
  return chosen || agentLabel(app, conversation.agent.value)
}

/** How full the agent's memory of this is, where it tells. */
function contextUsed({conversation}: ChatContext): string {
  const {used = 0, size = 0} = conversation.state.value?.usage ?? {}
  return size > 0 ? ` · ${sent.percent(used / size)}` : ''
}

function agentLabel(app: ChatContext['app'], name: string): string {
  return app.agents.value.find(agent => agent.name === name)?.label ?? name
}

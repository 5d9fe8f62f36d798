import type {Permission} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../state/chat-context'
import {riskOf} from './risk'
import {words} from '../strings'

const ToolOutput = lazy(async () => (await import('../messages/tool-output')).ToolOutput)

/** What exactly would be done, in full. */
export function PermissionDetails({asked: {title, text, tool_call: call}, chat}: {asked: Permission; chat: ChatContext}) {
  const {app, conversation} = chat
  const named = title.replace(/^`([^`]*)`$/, '$1')
  const command = text || named
  const session = app.sessions.value.find(known => known.session_id === conversation.sessionId)
  const risk = call?.kind === 'execute' || call?.kind === 'delete' ? riskOf(command) : null
  return (
    // Long text scrolls inside: it must be focusable for keyboards.
    <section class="ask-more" aria-label={words.details} tabIndex={0}>
      {!command.includes(named) && <p dir="auto">{named}</p>}
      <pre class="ask-command" dir="ltr" translate={false}>{command}</pre>
      {call?.output && <ToolOutput call={call} />}
      {session?.worktree_path && <p class="hint ask-folder">{words.inFolder(session.worktree_path)}</p>}
      {risk && (
        <p class="ask-risk">
          <Icon name="triangle-alert" /> {risk}
        </p>
      )}
    </section>
  )
}

import type {Signal} from '@preact/signals'
import {useMemo} from 'preact/hooks'

import type {Message} from '../../lib/types'
import {Icon} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import {MessageText} from './message-text'
import {MoreButton, usePress, type OnActions} from './more'
import {Steps} from './steps'
import {LastRow, TurnLine} from './turn-line'
import {stopLine, words} from '../strings'

interface AnswerProps {
  cell: Signal<Message>
  chat: ChatContext
  onActions: OnActions
}

/** What the agent said and did, or a note from Janus. */
export function Answer({cell, chat, onActions}: AnswerProps) {
  const {id, sender, content, is_streaming: streaming, tool_calls: calls, turn_id: turn, stop_reason: reason, thoughts = ''} = cell.value
  const {conversation} = chat
  // While only the text grows, the steps stay the same vnode and are not diffed.
  const steps = useMemo(
    () => calls.length > 0 && <Steps calls={calls} took={id => conversation.turns.took(id)} picture={id => chat.app.api.image(conversation.sessionId, id)} />,
    [calls],
  )
  const said = content.trim() !== ''
  const act = () => onActions({text: content, ending: stopLine(reason), mine: false, id, turn})
  const press = usePress(act)
  if (sender === 'system') return <Note id={id} text={content} turn={turn} chat={chat} />
  return (
    <article class="message answer" data-row={`assistant:${id}`} aria-label={words.agent} aria-busy={streaming} {...(said && !streaming && press)}>
      {turn && <Thoughts live={conversation.turns.thoughts(turn)} kept={thoughts} streaming={streaming && !said} />}
      {steps}
      {said && <MessageText text={content} streaming={streaming} />}
      {!streaming && <TurnLine message={cell.value} chat={chat} />}
      {!streaming && said && conversation.newest.value === id && !conversation.busy.value && <LastRow chat={chat} message={cell.value} onMore={act} />}
      {!streaming && said && conversation.newest.value !== id && <MoreButton onClick={act} />}
    </article>
  )
}

/** A note from Janus or another program; after a failed turn, with “Ask again”. */
function Note({id, text, turn, chat}: {id: string; text: string; turn: string | null; chat: ChatContext}) {
  const failed = id.endsWith(':error')
  const {conversation, app} = chat
  const said = failed && !app.readOnly.value ? conversation.promptOf(turn) : ''
  return (
    <article class={`message note ${failed ? 'note-wrong' : 'note-quiet'}`} aria-label={words.system}>
      <Icon name={failed ? 'circle-alert' : 'info'} />
      <div>
        <p class="note-text" dir="auto">{text}</p>
        {said && (
          <button type="button" class="button" onClick={() => conversation.say(said)}>
            <Icon name="rotate-ccw" /> {words.askAgain}
          </button>
        )}
      </div>
    </article>
  )
}

/** The agent's thoughts, collapsed: as they come, or as Janus has kept them. */
function Thoughts({live, kept, streaming}: {live: Signal<string>; kept: string; streaming: boolean}) {
  const text = live.value || kept
  if (!text) return null
  return (
    <details class="thoughts">
      <summary>
        <Icon name="brain" />
        <span>{streaming ? words.thinking : words.thought}</span>
        <Icon name="chevron-right" class="turning" />
      </summary>
      <p class="thoughts-text" dir="auto">{text}</p>
    </details>
  )
}

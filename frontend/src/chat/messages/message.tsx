import type {Signal} from '@preact/signals'
import {useMemo} from 'preact/hooks'

import type {Message} from '../../lib/types'
import {Icon, type IconName} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import type {MessageActionsProps} from './message-actions'
import {MessageText} from './message-text'
import type {Delivery} from '../state/rows'
import {Steps} from './steps'
import {stopLine, words} from '../strings'

interface Common {
  chat: ChatContext
  onActions: (about: Omit<MessageActionsProps, 'chat' | 'onClose'>) => void
}

interface PromptProps extends Common {
  id: string
  text: string
  delivery: Delivery
  error: string | undefined
}

const DELIVERY_ICONS: Record<Delivery, IconName | null> = {
  waiting: 'clock',
  sending: 'arrow-up',
  sent: 'check',
  queued: 'clock',
  failed: 'circle-alert',
  answered: null,
}

/** A message of the user, and its delivery. */
export function PromptMessage({id, text, delivery, error, chat, onActions}: PromptProps) {
  const icon = DELIVERY_ICONS[delivery]
  const {outbox} = chat.app
  return (
    <article class="message prompt" aria-label={words.you}>
      <div class="prompt-card">
        <p class="prompt-text" dir="auto">{text}</p>
        <MoreButton onClick={() => onActions({text, mine: true, id, turn: null})} />
      </div>
      {icon && (
        <p class={`prompt-delivery ${delivery === 'failed' ? 'prompt-failed' : 'hint'}`}>
          <Icon name={icon} />
          <span dir="auto">{words.delivery[delivery]}{delivery === 'failed' && error && `: ${error}`}</span>
        </p>
      )}
      {delivery === 'failed' && (
        <div class="prompt-buttons">
          <button type="button" class="button" onClick={() => outbox.discard(id)}>{words.discard}</button>
          <button type="button" class="button button-main" onClick={() => outbox.retry(id)}>{words.retry}</button>
        </div>
      )}
    </article>
  )
}

interface AnswerProps extends Common {
  cell: Signal<Message>
}

/** What the agent said and did, or a note from Janus. */
export function Answer({cell, chat, onActions}: AnswerProps) {
  const {id, sender, content, is_streaming: streaming, tool_calls: calls, turn_id: turn, stop_reason: reason} = cell.value
  const {conversation} = chat
  // While only the text grows, the steps stay the same vnode and are not diffed.
  const steps = useMemo(
    () => calls.length > 0 && <Steps calls={calls} took={id => conversation.turns.took(id)} />,
    [calls],
  )
  const said = content.trim() !== ''
  const stop = streaming ? '' : stopLine(reason)
  if (sender === 'system') return <Note id={id} text={content} turn={turn} chat={chat} />
  return (
    <article class="message answer" aria-label={words.agent} aria-busy={streaming}>
      {turn && <Thoughts text={conversation.turns.thoughts(turn)} streaming={streaming && !said} />}
      {steps}
      {said && <MessageText text={content} streaming={streaming} />}
      {!streaming && !said && !stop && <p class="hint">{words.saidNothing}</p>}
      {stop && !said && <p class="hint answer-stop" dir="auto">{stop}</p>}
      {!streaming && said && (
        <div class="answer-foot">
          {stop && <p class="hint answer-stop" dir="auto">{stop}</p>}
          <MoreButton onClick={() => onActions({text: content, ending: stop, mine: false, id, turn})} />
        </div>
      )}
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

/** The agent's thoughts, collapsed. */
function Thoughts({text, streaming}: {text: Signal<string>; streaming: boolean}) {
  if (!text.value) return null
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

function MoreButton({onClick}: {onClick: () => void}) {
  return (
    <button type="button" class="plain message-more" aria-label={words.actions} aria-haspopup="dialog" onClick={onClick}>
      <Icon name="ellipsis" />
    </button>
  )
}

import {DRAFT, nextSession} from '../../app/choice'
import {ApiError} from '../../lib/api'
import type {Attachment} from '../../lib/types'
import {Fenced} from '../../text/fenced'
import {Icon, type IconName} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import type {Delivery, Prompt} from '../state/rows'
import {machines} from '../machines'
import {wordsWithout} from '../said'
import {words} from '../strings'
import {Elapsed} from './elapsed'
import {lazy} from '../../ui/lazy'
import {MakeAnew} from './make-anew'
import {MakeRoom} from './make-room'
import {MoreButton, usePress, type OnActions} from './more'

const MessageFiles = lazy(async () => (await import('./files')).MessageFiles)

const DELIVERY_ICONS: Record<Delivery, IconName | null> = {
  waiting: 'clock',
  sending: 'arrow-up',
  sent: 'check',
  queued: 'clock',
  failed: 'circle-alert',
  answered: null,
}

interface Props {
  prompt: Prompt
  chat: ChatContext
  onActions: OnActions
}

/** A message of the user, and its delivery. */
export function PromptMessage({prompt, chat, onActions}: Props) {
  const {id, text, delivery, start} = prompt
  const act = () => onActions({text, mine: true, id, turn: null})
  const press = usePress(act)
  const away = chat.app.fleet.away(chat.conversation.sessionId)
  const begins = start && !away && delivery === 'sending'
  return (
    <article class="message prompt" data-row={`user:${id}`} aria-label={words.you}>
      <div class="prompt-card" {...press}>
        <div class="prompt-said">
          <div class="prompt-text"><Fenced text={text} /></div>
          {prompt.attachments && <MessageFiles sessionId={chat.conversation.sessionId} files={away ? prompt.attachments.map(onlyNamed) : prompt.attachments} />}
        </div>
        <MoreButton onClick={act} />
      </div>
      {begins ? <Starting own={start === 'own'} /> : <Delivered prompt={prompt} away={away?.name} />}
      {delivery === 'failed' && <Failed prompt={prompt} chat={chat} />}
    </article>
  )
}

/** A file that a machine has which sleeps. */
function onlyNamed({attachment_id, name, size}: Attachment): Attachment {
  return {attachment_id, name, size, media_type: ''}
}

function Delivered({prompt: {delivery, error, start}, away}: {prompt: Prompt; away: string | undefined}) {
  const icon = DELIVERY_ICONS[delivery]
  if (!icon) return null
  const waits = away && start && (delivery === 'waiting' || delivery === 'sending')
  if (waits) return <p class="prompt-delivery hint"><Icon name="moon" /><span>{machines.keptUntil(away)}</span></p>
  return (
    <p class={`prompt-delivery ${delivery === 'failed' ? 'prompt-failed' : 'hint'}`}>
      <Icon name={icon} />
      <span dir="auto">{words.delivery[delivery]}{delivery === 'failed' && error && `: ${error}`}</span>
    </p>
  )
}

/** The session is being made: with a folder of its own that takes a while. */
function Starting({own}: {own: boolean}) {
  return (
    <p class="prompt-delivery hint">
      <Icon name="loader-circle" class="icon-spin" />
      <output>{own ? words.making : words.beginning}</output>
      {own && <Elapsed />}
    </p>
  )
}

/** What can be done about a message that was not accepted. */
function Failed({prompt, chat: {app, conversation: {sessionId}, change}}: Omit<Props, 'onActions'>) {
  const {id, error = '', code = '', start, attachments = []} = prompt
  const {outbox} = app
  const edit = () => {
    if (!outbox.discard(id)) return
    if (!start) return change(prompt)
    app.drafts.add(DRAFT, wordsWithout(prompt))
    const next = nextSession()
    if (attachments.length) void app.uploads().then(it => it.giveBack(next, attachments, true), () => {})
    app.go('/')
  }
  return (
    <div class="prompt-failure stack stack-close">
      {code === 'MAX_SESSIONS' && <MakeRoom app={app} error={new ApiError(409, code, error)} again={() => outbox.retry(id)} />}
      <MakeAnew app={app} session={sessionId} error={{code}} again={() => outbox.retry(id)} />
      <div class="prompt-buttons">
        {!start && <button type="button" class="button" onClick={() => outbox.discard(id)}>{words.discard}</button>}
        <button type="button" class="button" onClick={edit}>{words.changeIt}</button>
        <button type="button" class="button button-main" onClick={() => outbox.retry(id)}>{words.retry}</button>
      </div>
    </div>
  )
}

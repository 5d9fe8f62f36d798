import {useSignal} from '@preact/signals'

import type {ScheduledMessage} from '../../lib/types'
import {Icon} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import {MessageFiles} from '../messages/files'
import {sent} from '../sent-strings'
import {words} from '../strings'
import {when} from '../when'

const says = sent.later

/** What is sent later; and where the agent has met its limit, that it may go on when that is reset. */
export function Later({chat}: {chat: ChatContext}) {
  const {app, conversation, change} = chat
  const busy = useSignal(false)
  // A machine that sleeps does it by itself once it wakes, and can be told nothing of it until then.
  const fixed = app.readOnly.value || Boolean(app.fleet.away(conversation.sessionId))
  const {scheduled = [], limit_resets_at: resets} = conversation.state.value ?? {}
  const settle = async (work: () => Promise<boolean>) => {
    if (busy.peek()) return
    busy.value = true
    await work()
    busy.value = false
  }
  const offered = resets && !scheduled.some(({after_limit}) => after_limit) && Date.parse(resets) > Date.now()
  if (!offered && !scheduled.length) return null
  const {actions} = conversation
  const edit = async ({message_id: id, content: text, attachments}: ScheduledMessage) => {
    const done = await actions.unschedule(id)
    if (done) change({text, attachments})
    return done
  }
  return (
    <ul class="later" aria-label={says.title}>
      {offered && (
        <li class="note note-quiet">
          <Icon name="clock" />
          <p>{says.resets(when(resets))}</p>
          {!fixed && (
            <button type="button" class="button" aria-disabled={busy.value} onClick={() => void settle(() => actions.goOnThen(says.goOn))}>
              {says.goOnThen}
            </button>
          )}
        </li>
      )}
      {scheduled.map(message => (
        <li key={message.message_id} class={message.missed ? 'note' : 'note note-quiet'}>
          <Icon name={message.missed ? 'circle-help' : 'clock'} />
          <div class="stack stack-close">
            <p dir="auto">{told(message)}</p>
            {message.attachments && <MessageFiles sessionId={conversation.sessionId} files={message.attachments} />}
          </div>
          {!fixed && (
            <div class="note-buttons">
              <button type="button" class="button" aria-label={says.editOne(message.content)} aria-disabled={busy.value} onClick={() => void settle(() => edit(message))}>
                {words.edit}
              </button>
              <button type="button" class="button" aria-label={says.cancelOne(message.content)} aria-disabled={busy.value} onClick={() => void settle(() => actions.unschedule(message.message_id))}>
                {message.missed ? words.discard : says.cancel}
              </button>
              {message.missed && (
                <button type="button" class="button button-main" aria-disabled={busy.value} onClick={() => void settle(() => actions.sendMissed(message))}>
                  {words.sendHeld}
                </button>
              )}
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

function told({content, at, missed}: ScheduledMessage): string {
  return missed ? says.missed(when(at), content) : says.at(when(at), content)
}

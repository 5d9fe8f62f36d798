import {useSignal} from '@preact/signals'

import {Icon, type IconName} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../state/chat-context'
import {acceptedOf, type Waiting} from '../state/waiting'
import {says} from '../machine-strings'
import {words} from '../strings'

const QueueActions = lazy(async () => (await import('./queue-actions')).QueueActions)

/** Messages that wait, in sight: held ones, and those sent while the agent works. They can still be changed. */
export function Queue({chat}: {chat: ChatContext}) {
  const {app, conversation} = chat
  const chosen = useSignal<Waiting | null>(null)
  const elsewhere = app.fleet.of(conversation.sessionId)
  const away = elsewhere?.online === false
  const chips = (waiting: readonly Waiting[], icon: IconName, title: string, fixed = away) => (
    <ul class="queue-chips" aria-labelledby={title}>
      {waiting.map(message => (
        <li key={message.id}>
          <button
            type="button"
            class="button queue-chip"
            aria-label={words.queued(message.text)}
            aria-haspopup="dialog"
            disabled={app.readOnly.value || fixed}
            onClick={() => (chosen.value = message)}
          >
            <Icon name={icon} />
            <span dir="auto">{message.text}</span>
          </button>
        </li>
      ))}
    </ul>
  )
  const held = conversation.held.value
  const queue = conversation.queue.value
  const name = elsewhere?.name ?? ''
  const apart = conversation.elsewhere.waiting.value
  const there = acceptedOf(apart.filter(it => !it.held))
  const leaving = acceptedOf(apart.filter(it => it.held))
  return (
    <>
      {held.length > 0 && (
        <div class="queue">
          <div class="queue-head">
            <p class="queue-held" id="held-title">{away ? says.heldThere(held.length, elsewhere.name) : words.held(held.length)}</p>
            {!app.readOnly.value && !away && <Decide chat={chat} />}
          </div>
          {chips(held, 'pause', 'held-title')}
        </div>
      )}
      {queue.length > 0 && (
        <div class="queue">
          <div class="queue-head">
            <p class="hint" id="queue-title">{away ? says.heldThere(queue.length, elsewhere.name) : words.queue}</p>
            {!app.readOnly.value && !away && <SendNow chat={chat} />}
          </div>
          {chips(queue, 'clock', 'queue-title')}
        </div>
      )}
      {there.length > 0 && (
        <div class="queue">
          <p class="hint" id="there-title">{away ? says.waitsUntil(name) : says.onTheWay(name)}</p>
          {chips(there, 'clock', 'there-title', false)}
        </div>
      )}
      {leaving.length > 0 && (
        <div class="queue">
          <p class="hint" id="leaving-title">{says.takenBack(name)}</p>
          {chips(leaving, 'trash-2', 'leaving-title', true)}
        </div>
      )}
      {chosen.value && <QueueActions chat={chat} message={chosen.value} onClose={() => (chosen.value = null)} />}
    </>
  )
}

/** Send or discard what was held at Stop: it is neither sent nor lost until the user decides. */
function Decide({chat: {conversation}}: {chat: ChatContext}) {
  const busy = useSignal(false)
  const settle = async (work: () => Promise<boolean>, done?: string) => {
    if (busy.value) return
    busy.value = true
    if ((await work()) && done) conversation.notice.show(done)
    busy.value = false
  }
  const discarded = words.discarded(conversation.held.value.length)
  return (
    <div class="queue-buttons">
      <button
        type="button"
        class="button"
        aria-label={words.discardHeldLabel}
        aria-disabled={busy.value}
        onClick={() => void settle(() => conversation.actions.discardHeld(), discarded)}
      >
        <Icon name="trash-2" /> {words.discardHeld}
      </button>
      <button
        type="button"
        class="button button-main"
        aria-label={words.sendHeldLabel}
        aria-disabled={busy.value}
        onClick={() => void settle(() => conversation.actions.sendQueue())}
      >
        <Icon name="send" /> {words.sendHeld}
      </button>
    </div>
  )
}

/** Stop alone holds the queue; this stops the agent and sends it at once. */
function SendNow({chat: {app, conversation}}: {chat: ChatContext}) {
  const busy = useSignal(false)
  // Messages that are still on their way to Janus cannot be sent to the agent.
  if (!conversation.queue.value.some(({accepted}) => accepted)) return null
  const sendNow = async () => {
    if (busy.value) return
    busy.value = true
    app.announce(words.stoppedIt)
    await conversation.actions.stop(true)
    busy.value = false
  }
  return (
    <button type="button" class="plain queue-now" aria-disabled={busy.value} onClick={() => void sendNow()}>
      <Icon name="zap" /> {words.sendNow}
    </button>
  )
}

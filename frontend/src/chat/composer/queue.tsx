import {useSignal} from '@preact/signals'

import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../state/chat-context'
import type {Waiting} from '../state/waiting'
import {words} from '../strings'

const QueueActions = lazy(async () => (await import('./queue-actions')).QueueActions)

/** What was said while the agent works: it waits, in sight, and can still be changed. */
export function Queue({chat}: {chat: ChatContext}) {
  const chosen = useSignal<Waiting | null>(null)
  const waiting = chat.conversation.queue.value
  return (
    <>
      {waiting.length > 0 && (
        <div class="queue">
          <p class="hint" id="queue-title">{words.queue}</p>
          <ul class="queue-chips" aria-labelledby="queue-title">
            {waiting.map(message => (
              <li key={message.id}>
                <button
                  type="button"
                  class="button queue-chip"
                  aria-label={words.queued(message.text)}
                  aria-haspopup="dialog"
                  disabled={chat.app.readOnly.value}
                  onClick={() => (chosen.value = message)}
                >
                  <Icon name="clock" />
                  <span dir="auto">{message.text}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {chosen.value && <QueueActions chat={chat} message={chosen.value} onClose={() => (chosen.value = null)} />}
    </>
  )
}

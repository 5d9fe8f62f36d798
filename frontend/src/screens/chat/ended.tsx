import {useSignal} from '@preact/signals'

import {Icon} from '../../ui/icon'
import type {ChatContext} from '../../chat/state/chat-context'
import {MessageText} from '../../chat/messages/message-text'
import {reasonOf, words} from '../../chat/strings'

/** Says that the session has ended, with its summary, and lets it be opened again. */
export function Ended({chat: {app, conversation}}: {chat: ChatContext}) {
  const opening = useSignal(false)
  const problem = useSignal('')

  const reopen = async () => {
    opening.value = true
    problem.value = ''
    try {
      await conversation.reopen()
    } catch (error) {
      problem.value = reasonOf(error)
      app.announce(problem.value, true)
    }
    opening.value = false
  }
  const summary = conversation.summary.value
  return (
    <section class="ask-card" aria-labelledby="ended">
      <h2 id="ended">{words.ended}</h2>
      {summary && (
        // Long text scrolls inside: it must be focusable for keyboards.
        <section class="ask-more" aria-label={words.summary} tabIndex={0}>
          <MessageText text={summary} streaming={false} />
        </section>
      )}
      {problem.value && <p class="note note-wrong">{problem}</p>}
      {!app.readOnly.value && (
        <button type="button" class="button button-main button-thumb" disabled={opening.value} onClick={reopen}>
          <Icon name="rotate-ccw" /> {opening.value ? words.reopening : words.reopen}
        </button>
      )}
    </section>
  )
}

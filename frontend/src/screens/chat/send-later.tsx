import {useSignal} from '@preact/signals'

import type {ChatContext} from '../../chat/state/chat-context'
import {sent} from '../../chat/sent-strings'
import {Sheet} from '../../ui/sheet'

const says = sent.later
/** Milliseconds: what is proposed at first. */
const SOON = 60 * 60_000

/** Words, and when to send them. */
export function SendLater({chat: {conversation, app}, onClose}: {chat: ChatContext; onClose: () => void}) {
  const text = useSignal(app.drafts.load(conversation.sessionId) || says.goOn)
  const at = useSignal(local(new Date(Date.now() + SOON)))
  const problem = useSignal('')
  const send = async (event: Event) => {
    event.preventDefault()
    const then = new Date(at.peek())
    if (!text.peek().trim()) problem.value = says.empty
    else if (!(then.getTime() > Date.now())) problem.value = says.past
    else if (await conversation.actions.schedule(text.peek().trim(), then.toISOString())) onClose()
  }
  return (
    <Sheet title={says.menu} onClose={onClose} sticky>
      <form class="stack" onSubmit={event => void send(event)}>
        <div class="field">
          <label for="later-text">{says.what}</label>
          <textarea id="later-text" class="input" rows={3} dir="auto" value={text.value} onInput={event => (text.value = event.currentTarget.value)} />
        </div>
        <div class="field">
          <label for="later-at">{says.whenLabel}</label>
          <input id="later-at" class="input" type="datetime-local" value={at.value} onInput={event => (at.value = event.currentTarget.value)} />
        </div>
        <p class="hint">{says.how}</p>
        {problem.value && <p class="note note-wrong" role="alert">{problem}</p>}
        <button type="submit" class="button button-main">{says.confirm}</button>
      </form>
    </Sheet>
  )
}

/** As the field for a time has it: without a zone, which is that of the phone. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

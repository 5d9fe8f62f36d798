import {useSignal, type Signal} from '@preact/signals'
import {useMemo} from 'preact/hooks'

import {AttachButton, AttachedFiles} from '../../chat/composer/attach'
import type {Files} from '../../chat/composer/files'
import {wordsWith} from '../../chat/said'
import type {ChatContext} from '../../chat/state/chat-context'
import {sent} from '../../chat/sent-strings'
import {newId} from '../../lib/id'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

const says = sent.later
/** Milliseconds: what is proposed at first. */
const SOON = 60 * 60_000

interface Props {
  chat: ChatContext
  /** What is in the field for the next message, and goes with it: both leave it once they wait for their time. */
  draft: Signal<string>
  files: Files
  onClose: () => void
}

/** Words and files, and when to send them. */
export function SendLater({chat: {conversation, app}, draft, files, onClose}: Props) {
  const written = useMemo(() => draft.peek(), [])
  const text = useSignal(written || (files.all.peek().length ? '' : says.goOn))
  const at = useSignal(local(new Date(Date.now() + SOON)))
  const problem = useSignal('')
  const task = useTask()
  // The same again is one message; what was changed is another, and both are seen if both arrived.
  const id = useMemo(newId, [text.value, at.value])
  const send = async (event: Event) => {
    event.preventDefault()
    const then = new Date(at.peek())
    const some = files.all.peek()
    problem.value = ''
    if (!text.peek().trim() && !some.length) problem.value = says.empty
    else if (!(then.getTime() > Date.now())) problem.value = says.past
    else if (files.ready()) await task.run(() => schedule(wordsWith(text.peek(), some), then.toISOString()), onClose)
  }
  const schedule = async (message: string, then: string) => {
    const ids = await files.delivered()
    await conversation.actions.schedule({message, at: then, message_id: id, ...(ids.length && {attachments: ids})})
    files.forget(ids)
    if (written && draft.peek() === written) {
      app.drafts.sent(conversation.sessionId, written)
      draft.value = ''
    }
  }
  return (
    <Sheet title={says.menu} onClose={onClose} sticky>
      <form class="stack" onSubmit={event => void send(event)}>
        <div class="field">
          <label for="later-text">{says.what}</label>
          <textarea id="later-text" class="input" rows={3} dir="auto" value={text.value} onInput={event => (text.value = event.currentTarget.value)} />
        </div>
        <AttachedFiles files={files} />
        <AttachButton files={files} label={says.attach} />
        <div class="field">
          <label for="later-at">{says.whenLabel}</label>
          <input id="later-at" class="input" type="datetime-local" value={at.value} onInput={event => (at.value = event.currentTarget.value)} />
        </div>
        <p class="hint">{says.how}</p>
        {problem.value && <p class="note note-wrong" role="alert">{problem}</p>}
        <Failure error={task.error} />
        <button type="submit" class="button button-main" disabled={task.busy}>{task.slow ? says.busy : says.confirm}</button>
      </form>
    </Sheet>
  )
}

/** As the field for a time has it: without a zone, which is that of the phone. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

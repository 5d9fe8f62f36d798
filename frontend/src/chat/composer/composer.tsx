import type {Signal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import type {ChatContext} from '../state/chat-context'
import {joined} from '../../lib/drafts'
import {listen} from '../state/timers'
import {says} from '../machine-strings'
import {words} from '../strings'
import {CompletionList, useCompletions} from './completions'
import {ComposerField} from './composer-field'
import type {Files} from './files'
import {wordsWith} from '../said'
import {repliesTo} from './quick-replies'

/** The field for the next message. The draft is stored until it is sent. */
export function Composer({chat, draft, files}: {chat: ChatContext; draft: Signal<string>; files: Files}) {
  const {app, conversation, feedback, aloud, compose} = chat
  const save = () => app.drafts.save(conversation.sessionId, draft.peek())

  useEffect(() => {
    const timer = setTimeout(save, 300)
    return () => clearTimeout(timer)
  }, [draft.value])
  useEffect(() => {
    const endings = [
      save,
      listen(window, 'pagehide', () => app.drafts.leave(conversation.sessionId, draft.peek())),
      app.drafts.watch(
        conversation.sessionId,
        text => {
          if (draft.peek() === text) draft.value = ''
        },
        text => (draft.value = joined(draft.peek(), text)),
      ),
    ]
    return () => endings.forEach(end => end())
  }, [])

  const completions = useCompletions(chat, draft)

  if (app.readOnly.value) return <p class="composer-closed hint">{words.readOnly}</p>

  const elsewhere = app.fleet.of(conversation.sessionId)
  const away = elsewhere?.online === false
  const works = conversation.working.value && !away
  const send = (spoken: boolean) => {
    const text = draft.peek()
    feedback.prime()
    aloud.prime()
    const attached = files.take()
    conversation.say(wordsWith(text, attached), spoken, attached)
    feedback.give('sent')
    app.drafts.sent(conversation.sessionId, text)
    draft.value = ''
  }
  const onKey = (event: KeyboardEvent & {currentTarget: HTMLTextAreaElement}) => {
    completions.onKey(event)
    // As in a shell: the last message again, to be changed.
    if (event.defaultPrevented || event.key !== 'ArrowUp' || draft.peek()) return
    const last = conversation.rows.peek().findLast(row => row.kind === 'prompt')
    if (last?.kind !== 'prompt') return
    event.preventDefault()
    draft.value = last.text
  }
  return (
    <>
      <CompletionList completions={completions} />
      {!draft.value.trim() && <QuickReplies chat={chat} />}
      <ComposerField
        app={app}
        sessionId={conversation.sessionId}
        text={draft}
        id="composer"
        label={words.placeholder}
        placeholder={away ? says.waitsUntil(elsewhere.name) : conversation.ended.value ? words.afterEnd : works ? words.later : words.placeholder}
        sendLabel={works ? words.sendLater : words.send}
        onSend={send}
        onDictated={text => compose(text, 'stay')}
        onSpeak={() => aloud.stop()}
        onKey={onKey}
        files={files}
      />
    </>
  )
}

/** What the last answer suggests to say; put into the field, and sent by the user. */
function QuickReplies({chat}: {chat: ChatContext}) {
  const {conversation, compose} = chat
  if (!conversation.answered.value || conversation.ended.value) return null
  const replies = repliesTo(conversation.state.value?.messages.at(-1))
  if (!replies.length) return null
  return (
    <ul class="replies" aria-label={words.quick}>
      {replies.map(reply => (
        <li key={reply}>
          <button type="button" class="button reply" onClick={() => compose(reply)}>{reply}</button>
        </li>
      ))}
    </ul>
  )
}

import {useComputed, type Signal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import {Icon} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import {Dictation} from './dictation'
import {words} from '../strings'

const NATIVE_GROWTH = globalThis.CSS?.supports?.('field-sizing', 'content') ?? false

/** The field for the next message, typed or dictated. The draft is stored until it is sent. */
export function Composer({chat, draft}: {chat: ChatContext; draft: Signal<string>}) {
  const {app, conversation, feedback, aloud, compose} = chat
  const field = useRef<HTMLTextAreaElement>(null)
  const dictation = useMemo(() => new Dictation(text => compose(text, 'stay')), [])
  const hasText = useComputed(() => draft.value.trim() !== '')

  useEffect(() => () => dictation.close(), [])
  useEffect(() => {
    const timer = setTimeout(() => app.drafts.save(conversation.sessionId, draft.value), 300)
    return () => {
      clearTimeout(timer)
      app.drafts.save(conversation.sessionId, draft.peek())
    }
  }, [draft.value])
  useLayoutEffect(() => {
    if (!NATIVE_GROWTH && field.current) grow(field.current)
  }, [draft.value])
  useEffect(() => {
    if (dictation.problem.value) app.announce(dictation.problem.value)
  }, [dictation.problem.value])

  if (app.readOnly.value) return <p class="composer-closed hint">{words.readOnly}</p>
  if (conversation.ended.value) return null

  const send = (text = draft.value) => {
    const said = text.trim()
    if (!said) return
    feedback.prime()
    aloud.prime()
    conversation.say(said)
    feedback.give('sent')
    if (text === draft.value) draft.value = ''
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const enter = event.key === 'Enter' && !event.isComposing
    if (!enter || event.shiftKey || (!app.preferences.enterSends.value && !event.ctrlKey && !event.metaKey)) return
    // On a phone, return starts a new line: Send is in reach of the thumb anyway.
    if (onlyTouch() && !event.ctrlKey) return
    event.preventDefault()
    send()
  }
  return (
    <>
      {!hasText.value && <QuickReplies chat={chat} onReply={send} />}
      <Transcript dictation={dictation} />
      <div class="composer">
        <textarea
          ref={field}
          id="composer"
          class="input composer-field"
          rows={1}
          dir="auto"
          aria-label={words.placeholder}
          placeholder={conversation.working.value ? words.later : words.placeholder}
          enterkeyhint="send"
          autocapitalize="sentences"
          value={draft.value}
          onInput={event => (draft.value = event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {hasText.value && !dictation.listening.value ? (
          <button
            key="button"
            type="button"
            class="composer-button"
            aria-label={conversation.working.value ? words.sendLater : words.send}
            // Leave the keyboard as it is: open or closed.
            onMouseDown={event => event.preventDefault()}
            onClick={() => send()}
          >
            <Icon name="arrow-up" />
          </button>
        ) : (
          <button
            key="button"
            type="button"
            class={dictation.listening.value ? 'composer-button composer-listening' : 'composer-button'}
            aria-label={dictation.listening.value ? words.micStop : words.mic}
            onPointerDown={() => dictation.prepare()}
            onClick={() => {
              aloud.stop()
              void dictation.toggle()
            }}
          >
            <Icon name={dictation.listening.value ? 'square' : 'mic'} />
          </button>
        )}
      </div>
    </>
  )
}

/** The most frequent messages, at one tap. */
function QuickReplies({chat: {conversation}, onReply}: {chat: ChatContext; onReply: (text: string) => void}) {
  if (!conversation.answered.value) return null
  return (
    <ul class="replies" aria-label={words.quick}>
      {words.replies.map(reply => (
        <li key={reply}>
          <button type="button" class="button reply" onClick={() => onReply(reply)}>{reply}</button>
        </li>
      ))}
    </ul>
  )
}

/** What has been understood so far, or why listening does not work. */
function Transcript({dictation}: {dictation: Dictation}) {
  if (dictation.listening.value) {
    return <p class="composer-transcript" dir="auto">{dictation.transcript.value || words.listening}</p>
  }
  if (!dictation.problem.value) return null
  return (
    <div class="note composer-problem">
      <Icon name="mic-off" />
      <p>{dictation.problem}</p>
      <button type="button" class="plain" aria-label={words.dismiss} onClick={() => (dictation.problem.value = '')}>
        <Icon name="x" />
      </button>
    </div>
  )
}

function grow(field: HTMLTextAreaElement): void {
  // Set through the object model: the page's policy forbids style attributes.
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
}

function onlyTouch(): boolean {
  return typeof matchMedia === 'function' && matchMedia('(hover: none) and (pointer: coarse)').matches
}

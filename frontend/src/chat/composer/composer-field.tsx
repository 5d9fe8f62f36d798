import {useComputed, type Signal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import type {App} from '../../app/app'
import {Icon} from '../../ui/icon'
import {isEnter, MessageProblem, useMessageField} from '../../ui/message-field'
import {sent} from '../sent-strings'
import {AttachButton, AttachedFiles} from './attach'
import {Dictation} from './dictation'
import type {Files} from './files'

const NATIVE_GROWTH = globalThis.CSS?.supports?.('field-sizing', 'content') ?? false

/** Characters; measuring more takes too long, and they fill the field anyway. */
const GROWS_UNTIL = 5000

interface Props {
  app: App
  /** '' where it begins one. */
  sessionId?: string
  text: Signal<string>
  id: string
  label: string
  placeholder: string
  sendLabel: string
  busy?: boolean
  /** Send what is in the field, which has words and is not too long; some of it may have been *spoken*. */
  onSend: (spoken: boolean) => void
  /** What was dictated. */
  onDictated: (text: string) => void
  /** Called at the tap that begins dictation. */
  onSpeak?: () => void
  onKey?: (event: KeyboardEvent & {currentTarget: HTMLTextAreaElement}) => void
  /** What goes with it. */
  files: Files
}

/** A field for a message, typed or dictated, and the one button that it needs. */
export function ComposerField({app, sessionId = '', text, id, label, placeholder, sendLabel, busy = false, onSend, onDictated, onSpeak, onKey, files}: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const dictated = useRef(onDictated)
  dictated.current = text => {
    spoken.current = true
    onDictated(text)
  }
  const spoken = useRef(false)
  const dictation = useMemo(() => new Dictation(app, sessionId, said => dictated.current(said)), [])
  const {props, ...message} = useMessageField(text, given => void files.add(given))
  const hasText = useComputed(() => text.value.trim() !== '' || files.all.value.length > 0)

  useLayoutEffect(() => () => dictation.close(), [])
  useEffect(() => {
    if (!hasText.value) spoken.current = false
  }, [hasText.value])
  useLayoutEffect(() => {
    if (!NATIVE_GROWTH && field.current) grow(field.current)
  }, [text.value])
  useEffect(() => {
    if (dictation.problem.value) app.announce(dictation.problem.value)
  }, [dictation.problem.value])

  const send = () => {
    if (busy || !hasText.peek()) return
    if (!message.tooLong.value) {
      if (files.ready()) onSend(spoken.current)
    } else {
      app.announce(message.problem.value, true)
      field.current?.focus()
    }
  }
  const onKeyDown = (event: KeyboardEvent & {currentTarget: HTMLTextAreaElement}) => {
    onKey?.(event)
    if (event.defaultPrevented || !isEnter(event) || event.shiftKey) return
    if (!app.preferences.enterSends.value && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    send()
  }
  return (
    <>
      <Transcript dictation={dictation} />
      <MessageProblem id={`${id}-problem`} text={text} field={message} />
      <AttachedFiles files={files} />
      <div class="composer">
        <AttachButton files={files} />
        <textarea
          ref={field}
          id={id}
          class="input composer-field"
          rows={1}
          aria-label={label}
          placeholder={placeholder}
          enterkeyhint={app.preferences.enterSends.value ? 'send' : 'enter'}
          autocapitalize="sentences"
          aria-invalid={message.tooLong.value}
          aria-describedby={message.problem.value ? `${id}-problem` : undefined}
          {...props}
          onKeyDown={onKeyDown}
        />
        {hasText.value && !dictation.listening.value ? (
          <button
            key="button"
            type="button"
            class="composer-button"
            aria-label={sendLabel}
            aria-disabled={message.tooLong.value || busy}
            // Leave the keyboard as it is: open or closed.
            onMouseDown={event => event.preventDefault()}
            onClick={send}
          >
            <Icon name="arrow-up" />
          </button>
        ) : (
          <button
            key="button"
            type="button"
            class={dictation.listening.value ? 'composer-button composer-listening' : 'composer-button'}
            aria-label={dictation.listening.value ? sent.micStop : sent.mic}
            onPointerDown={() => dictation.prepare()}
            onClick={() => {
              onSpeak?.()
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

/** What has been understood so far, or why listening does not work. */
function Transcript({dictation}: {dictation: Dictation}) {
  if (dictation.listening.value) {
    return <p class="composer-transcript" dir="auto">{dictation.transcript.value || sent.listening}</p>
  }
  if (!dictation.problem.value) return null
  return (
    <div class="note composer-problem">
      <Icon name="mic-off" />
      <p>{dictation.problem}</p>
      <button type="button" class="plain" aria-label={sent.dismiss} onClick={() => (dictation.problem.value = '')}>
        <Icon name="x" />
      </button>
    </div>
  )
}

function grow(field: HTMLTextAreaElement): void {
  if (field.value.length > GROWS_UNTIL) {
    field.style.height = '100vh' // as high as the style allows
    return
  }
  // Set through the object model: the page's policy forbids style attributes.
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
}

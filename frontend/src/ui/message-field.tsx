import {useComputed, type ReadonlySignal, type Signal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import {MAX_MESSAGE_LENGTH} from '../lib/outbox-entry'
import {announce} from './announcer'
import {Icon} from './icon'
import {words} from './strings'

/** Characters from which on a browser takes seconds for what it does with a text as it is edited. */
const LONG = 5000

interface MessageField {
  /** Why it cannot be sent as it is, or what was not accepted; empty if nothing is wrong. */
  problem: ReadonlySignal<string>
  tooLong: ReadonlySignal<boolean>
}

/** A field for a message: what it takes, and in words what it does not take. */
export function useMessageField(text: Signal<string>, onFiles: (files: File[]) => void) {
  const tooLong = useComputed(() => text.value.length > MAX_MESSAGE_LENGTH)
  const problem = useComputed(() => (tooLong.value ? words.tooLong(text.value.length, MAX_MESSAGE_LENGTH) : ''))
  useEffect(() => {
    if (problem.value) announce(problem.value, true)
  }, [tooLong.value])

  const take = (event: Event, given: FileList | undefined) => {
    if (!given?.length) return
    event.preventDefault()
    onFiles([...given])
  }
  useEffect(() => {
    // Wherever it is dropped: the browser would show it instead of this page.
    const dropped = (event: DragEvent) => take(event, event.dataTransfer?.files)
    const over = (event: DragEvent) => event.dataTransfer?.types.includes('Files') && event.preventDefault()
    addEventListener('drop', dropped)
    addEventListener('dragover', over)
    return () => {
      removeEventListener('drop', dropped)
      removeEventListener('dragover', over)
    }
  }, [])

  return {
    problem,
    tooLong,
    props: {
      value: text.value,
      // Finding the direction of a long text takes a browser seconds.
      dir: text.value.length > LONG ? undefined : ('auto' as const),
      onPaste: (event: ClipboardEvent) => {
        const data = event.clipboardData
        // Office programs offer a picture beside the text.
        if (!data?.getData('text/plain')) take(event, data?.files)
      },
      onBeforeInput: (event: InputEvent & {currentTarget: HTMLTextAreaElement}) => edit(event, text),
      onInput: (event: InputEvent & {currentTarget: HTMLTextAreaElement}) => {
        text.value = event.currentTarget.value
      },
    },
  }
}

/** Make a large change to a text, or any to a large text, as a whole: the browser would go line by line. */
function edit(event: InputEvent & {currentTarget: HTMLTextAreaElement}, text: Signal<string>): void {
  const {currentTarget: field, inputType, cancelable} = event
  const {value, selectionStart: start, selectionEnd: end} = field
  const data = inputType === 'insertLineBreak' ? '\n' : event.data
  const removes = start < end ? /^delete(Content|ByCut)/.test(inputType) : inputType === 'deleteContentBackward'
  const large = value.length > MAX_MESSAGE_LENGTH || (data !== null && data.length > 1 && value.length + data.length > LONG)
  if (!large || !cancelable || !(data || removes)) return
  event.preventDefault()
  const last = removes && start === end ? [...value.slice(Math.max(0, end - 2), end)].at(-1) : undefined
  const before = value.slice(0, start - (last?.length ?? 0)) + (removes ? '' : data)
  const next = before + value.slice(end)
  field.removeAttribute('dir')
  field.value = next
  field.setSelectionRange(before.length, before.length)
  text.value = next
}

/** What is wrong with a message, and what can be done. */
export function MessageProblem({id, text, field}: {id: string; text: Signal<string>; field: MessageField}) {
  if (!field.problem.value) return null
  return (
    <div class="note" id={id}>
      <Icon name="circle-alert" />
      <div class="stack stack-close">
        <p>{field.problem}</p>
        {field.tooLong.value && (
          <div class="note-buttons">
            <button type="button" class="button" onClick={() => (text.value = beginning(text.value))}>
              {words.shorten(MAX_MESSAGE_LENGTH)}
            </button>
            <button type="button" class="button" onClick={() => (text.value = '')}>{words.discardText}</button>
          </div>
        )}
      </div>
    </div>
  )
}

/** As much of a text as a message may have; of a pair of surrogates both or none. */
function beginning(text: string): string {
  return text.slice(0, MAX_MESSAGE_LENGTH).replace(/[\ud800-\udbff]$/, '')
}

/** Whether this key is Enter, and not the one that accepts what an input method suggests; in Safari only its code tells. */
export function isEnter({key, isComposing, keyCode}: KeyboardEvent): boolean {
  return key === 'Enter' && !isComposing && keyCode !== 229
}

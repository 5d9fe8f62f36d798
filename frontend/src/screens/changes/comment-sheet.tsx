import {useSignal} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import {loadItem, removeItem, saveItem} from '../../app/local-storage'
import type {ChangedFile, Hunk} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {isEnter} from '../../ui/message-field'
import {Sheet} from '../../ui/sheet'
import {nameOf} from './order'
import type {Place} from './place'
import {grown, quoteOf} from './quote'
import type {Comment} from './review'
import {review as said, words} from './strings'

/** What is commented on: lines of a hunk by their positions; or a comment that is changed. */
export interface Commenting {
  file: ChangedFile
  hunk: Hunk
  from: number
  to: number
  comment?: Comment
}

interface Props {
  place: Place
  about: Commenting
  onClose: () => void
}

/** Write a comment, and choose which lines it is about. */
export function CommentSheet({place: {review, chat}, about, onClose}: Props) {
  const {file, hunk, comment} = about
  const range = useSignal({from: about.from, to: about.to})
  const lines = hunk.lines.slice(range.value.from, range.value.to + 1)
  const quoted = comment ?? quoteOf(lines)
  const item = `comment:${chat.conversation.sessionId}:${file.path}:${quoted.side}:${comment?.comment_id ?? quoteOf(hunk.lines.slice(about.from, about.to + 1)).start}`
  // What was typed survives a call, a reload, a tap beside.
  const text = useSignal(loadItem(item, comment?.text ?? ''))
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])

  const write = (value: string) => {
    text.value = value
    saveItem(item, value)
  }
  const done = () => {
    removeItem(item)
    onClose()
  }
  const save = () => {
    if (!text.value.trim()) return
    const {side, start, end, quote} = quoted
    const blob = comment?.blob ?? (side === 'old' ? file.old_blob : file.blob)
    review.put({...(comment && {comment_id: comment.comment_id}), path: file.path, side, start, end, blob, quote: quote.slice(0, 10_000), text: text.value.trim()})
    done()
  }
  const above = grown(hunk.lines, range.value, -1)
  const below = grown(hunk.lines, range.value, 1)
  return (
    <Sheet title={`${nameOf(file.path)}, ${words.lines(quoted.start, quoted.end).toLowerCase()}`} onClose={onClose}>
      <div class="stack">
        <pre class="comment-quote" dir="ltr" tabIndex={0} aria-label={words.lines(quoted.start, quoted.end)} translate={false}>{quoted.quote || ' '}</pre>
        {!comment && hunk.lines.length > 1 && (
          <div class="buttons">
            <button type="button" class="button" disabled={!above} onClick={() => above && (range.value = above)}><Icon name="plus" /> {said.above}</button>
            <button type="button" class="button" disabled={!below} onClick={() => below && (range.value = below)}><Icon name="plus" /> {said.below}</button>
          </div>
        )}
        <textarea
          ref={field}
          class="input"
          rows={3}
          aria-label={said.comment}
          placeholder={said.placeholder}
          maxLength={10_000}
          value={text.value}
          onInput={event => write(event.currentTarget.value)}
          onKeyDown={event => {
            if (isEnter(event) && (event.ctrlKey || event.metaKey)) save()
          }}
        />
        <div class="buttons">
          {comment && (
            <button type="button" class="button button-danger" onClick={() => { review.remove(comment.comment_id); done() }}>
              <Icon name="trash-2" /> {said.remove}
            </button>
          )}
          <button type="button" class="button button-main" disabled={!text.value.trim()} onClick={save}>{said.save}</button>
        </div>
      </div>
    </Sheet>
  )
}

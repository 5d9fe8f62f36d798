/** How one file changed. Swipes and arrow keys lead to the next one. */

import {useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import {fencedDiff} from './quote'
import type {ApiError} from '../../lib/api'
import type {ChangedFile, ChangedLines, Hunk} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Failure} from '../../ui/task'
import {CommentSheet, type Commenting} from './comment-sheet'
import {Head} from './head'
import {HunkView} from './hunk'
import {useKeys} from './keys'
import {Count} from './list'
import {factsOf, nameOf} from './order'
import {isMirrored, useSwipePages} from './pages'
import {isPicture, Pictures} from './picture'
import type {Place} from './place'
import {rangeOf} from './quote'
import {words} from './strings'

/** Lines that are drawn at first. */
const MANY = 600

export function FileView({place, path}: {place: Place; path: string}) {
  const {model, review} = place
  const file = model.file(path)
  const functions = useSignal(false)
  const commenting = useSignal<Commenting | null>(null)
  const {at, before, after} = model.around(path)
  const go = (other: string | undefined) => {
    if (other) place.turnTo(other)
  }
  const swipe = useSwipePages(by => go(by > 0 ? after : before))
  const next = () => {
    if (file) review.mark(file, true)
    if (after) place.turnTo(after)
    else place.list()
  }
  useKeys({
    ArrowRight: () => go(isMirrored() ? before : after),
    ArrowLeft: () => go(isMirrored() ? after : before),
    Escape: place.list,
    v: () => file && review.mark(file, !review.isViewed(file)),
  })

  const viewed = file !== undefined && review.isViewed(file)
  const name = nameOf(path)
  const hint = [at >= 0 && words.which(at + 1, model.files.value.length), path !== name && path.slice(0, -name.length - 1)]
  return (
    <>
      <Head title={<bdi translate={false}>{name}</bdi>} hint={<bdi translate={false}>{hint.filter(Boolean).join(' · ')}</bdi>} back={words.backToList} onBack={place.list}>
        {file && !place.chat.app.readOnly.value && (
          <button type="button" class="plain" aria-label={words.viewed} aria-pressed={viewed} onClick={() => review.mark(file, !viewed)}>
            <Icon name={viewed ? 'circle-check' : 'eye'} />
          </button>
        )}
      </Head>
      <div class="work-body" {...swipe}>
        <div class="work-column">
          {file ? (
            <Content place={place} file={file} functions={functions.value} onComment={it => (commenting.value = it)} onFunctions={() => (functions.value = !functions.value)} />
          ) : (
            <Absent place={place} />
          )}
        </div>
      </div>
      <footer class="work-foot">
        <button type="button" class="button" aria-label={words.previous} disabled={!before} onClick={() => go(before)}>
          <Icon name="chevron-left" />
        </button>
        {review.comments.value.length > 0 && (
          <button type="button" class="button" aria-haspopup="dialog" aria-label={words.comments(review.comments.value.length)} onClick={() => place.show('comments')}>
            <Icon name="message-square" /> {review.comments.value.length}
          </button>
        )}
        <button type="button" class="button button-main" aria-label={after ? words.next : words.done} onClick={next}>
          {after ? words.nextShort : words.done} <Icon name="chevron-right" />
        </button>
      </footer>
      {commenting.value && <CommentSheet place={place} about={commenting.value} onClose={() => (commenting.value = null)} />}
    </>
  )
}

/** It was opened by a link, and the list is still on its way; or it changes no more. */
function Absent({place: {model}}: {place: Place}) {
  if (model.error.value) return <Failure error={model.error.value} />
  return <p class="hint" role="status">{model.reply.value ? words.gone : words.reading}</p>
}

interface ContentProps {
  place: Place
  file: ChangedFile
  functions: boolean
  onComment: (what: Commenting) => void
  onFunctions: () => void
}

function Content({place, file, functions, onComment, onFunctions}: ContentProps) {
  const {chat, model, review} = place
  const found = useSignal<{of: ChangedFile; lines: ChangedLines} | null>(null)
  const error = useSignal<ApiError | null>(null)
  const all = useSignal(false)
  const picture = isPicture(file)
  const lined = (!file.binary && !file.large) || picture
  useEffect(() => {
    let wanted = true
    error.value = null
    if (!lined) return
    model.lines(file, functions).then(
      lines => wanted && (found.value = {of: file, lines}),
      (failure: ApiError) => wanted && (error.value = failure),
    )
    // Whoever reads this one wants the next.
    const {after} = model.around(file.path)
    const next = after && model.file(after)
    if (next && !next.binary && !next.large) void model.lines(next, false).catch(() => {})
    return () => {
      wanted = false
    }
  }, [file.blob, file.old_blob, functions])

  // Until the next ones are there these are those of the file as it was: what is said of them is said of that.
  const {lines, of = file} = found.value ?? {}
  const facts = factsOf(file)
  const total = lines?.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) ?? 0
  const explain = (hunk: Hunk) => {
    chat.conversation.say(words.explainAsk(file.path, words.lines(...rangeOf(hunk)).toLowerCase(), fencedDiff(hunk)))
    place.leave()
  }
  const mayWrite = !chat.app.readOnly.value
  return (
    <>
      <p class="file-facts">
        {file.added !== null && <Count added={file.added} removed={file.removed ?? 0} />}
        <span class="hint"><bdi>{facts.join(' · ')}</bdi></span>
      </p>
      <div class="file-tools">
        {total > 0 && file.status !== 'added' && file.status !== 'deleted' && (
          <button type="button" class="button button-small" aria-pressed={functions} onClick={onFunctions}>{words.functions}</button>
        )}
        {file.status !== 'deleted' && file.kind !== 'repository' && (
          <button type="button" class="button button-small" onClick={() => place.openFile(file.path)}>{words.openFile}</button>
        )}
      </div>
      <Failure error={error.value} />
      {picture && lines && <Pictures file={file} lines={lines} />}
      {lined && !lines && !error.value && <p class="hint" role="status">{words.reading}</p>}
      {lines && !(picture && (lines.before || lines.after)) && (
        <>
          {lines.remark && <p class="note note-quiet">{lines.remark}</p>}
          {!lines.is_text && <p class="note note-quiet">{words.notText}</p>}
          {!lines.hunks.length && !lines.remark && <p class="hint">{words.noLines}</p>}
          {firstOf(lines.hunks, all.value ? Infinity : MANY).map((hunk, index) => (
            <HunkView
              key={index}
              hunk={hunk}
              number={index + 1}
              comments={review.on(of)}
              onLine={mayWrite ? (from, to) => onComment({file: of, hunk, from, to}) : undefined}
              onEdit={mayWrite ? comment => onComment({file: of, hunk, comment, from: -1, to: -1}) : undefined}
              onExplain={mayWrite ? () => explain(hunk) : undefined}
            />
          ))}
          {total > MANY && !all.value && (
            <button type="button" class="button button-wide" onClick={() => (all.value = true)}>{words.showAll(total)}</button>
          )}
          {lines.truncated && <p class="note note-quiet">{words.truncated}</p>}
        </>
      )}
    </>
  )
}

function firstOf(hunks: readonly Hunk[], most: number): Hunk[] {
  let left = most
  return hunks.flatMap(hunk => {
    if (left <= 0) return []
    const lines = hunk.lines.length > left ? hunk.lines.slice(0, left) : hunk.lines
    left -= hunk.lines.length
    return [lines === hunk.lines ? hunk : {...hunk, lines}]
  })
}

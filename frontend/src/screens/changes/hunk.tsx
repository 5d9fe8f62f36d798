/** The lines of a hunk, each of which can be commented on; comments stand below what they are about. */

import {useId, useState} from 'preact/hooks'

import type {Hunk, Line} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {piecesOf, rangeOf} from './quote'
import type {Comment} from './review'
import {review as said, words} from './strings'

interface Props {
  hunk: Hunk
  number: number
  comments: Comment[]
  /** Comment on these lines: positions in the hunk. Absent where nothing can be said. */
  onLine: ((from: number, to: number) => void) | undefined
  onEdit: ((comment: Comment) => void) | undefined
  onExplain: (() => void) | undefined
}

export function HunkView({hunk, number, comments, onLine, onEdit, onExplain}: Props) {
  const where = words.lines(...rangeOf(hunk))
  const parts = partsOf(hunk, comments)
  return (
    <section class="hunk" aria-label={where}>
      <div class="hunk-head">
        <p class="hunk-where" dir="ltr" translate={false}>{where}{hunk.header && <span class="hint"> {hunk.header}</span>}</p>
        {onExplain && (
          <button type="button" class="plain" aria-label={words.explainThis(where)} onClick={onExplain}>
            <Icon name="circle-help" /> {words.explain}
          </button>
        )}
      </div>
      {parts.map(({from, lines, below}) => (
        <div key={from}>
          <Lines lines={lines} from={from} label={words.hunk(number, where)} onLine={onLine} />
          {below.map(comment => <Said key={comment.comment_id} comment={comment} onEdit={onEdit} />)}
        </div>
      ))}
    </section>
  )
}

/** A list whose entries are chosen by arrow keys, so that a keyboard has one stop and not thousands. */
function Lines({lines, from, label, onLine}: {lines: Line[]; from: number; label: string; onLine: Props['onLine']}) {
  const id = useId()
  const [chosen, choose] = useState<{at: number; until: number} | null>(null)
  const last = lines.length - 1
  const onKeyDown = (event: KeyboardEvent) => {
    const {key, shiftKey} = event
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
    if (step) {
      const until = Math.min(last, Math.max(0, chosen ? chosen.until + step : 0))
      choose({at: shiftKey && chosen ? chosen.at : until, until})
      document.getElementById(`${id}-${until}`)?.scrollIntoView({block: 'nearest'})
    } else if ((key === 'Enter' || key === ' ') && chosen && onLine) {
      onLine(from + Math.min(chosen.at, chosen.until), from + Math.max(chosen.at, chosen.until))
    } else return
    event.preventDefault()
  }
  const onClick = ({target}: MouseEvent) => {
    const at = target instanceof Element ? Number(target.closest('[data-at]')?.getAttribute('data-at') ?? -1) : -1
    // Text that is being selected, to be copied, is not to be commented on.
    if (at >= 0 && onLine && !getSelection()?.toString()) onLine(from + at, from + at)
  }
  const [first, end] = chosen ? [Math.min(chosen.at, chosen.until), Math.max(chosen.at, chosen.until)] : [-1, -1]
  return (
    <div
      class="diff diff-wrap diff-lines"
      dir="ltr"
      role="listbox"
      aria-multiselectable="true"
      aria-label={label}
      aria-activedescendant={chosen ? `${id}-${chosen.until}` : undefined}
      tabIndex={0}
      translate={false}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onBlur={() => choose(null)}
    >
      {lines.map((line, at) => <LineView key={at} id={`${id}-${at}`} at={at} line={line} chosen={at >= first && at <= end} />)}
    </div>
  )
}

const KINDS = {added: 'diff-add', removed: 'diff-del', context: ''} as const
const SIGNS = {added: '+', removed: '−', context: ' '} as const

function LineView({id, at, line, chosen}: {id: string; at: number; line: Line; chosen: boolean}) {
  return (
    <div id={id} data-at={at} role="option" aria-selected={chosen} class={`diff-line ${KINDS[line.kind]} ${chosen ? 'diff-chosen' : ''}`}>
      <span class="diff-number">{line.new ?? line.old}</span>
      <span class="diff-sign">{SIGNS[line.kind]}</span>
      <code>
        {piecesOf(line).map(({text, marked}, index) => (marked ? <mark key={index}>{text}</mark> : text))}
        {line.cut && <span class="hint"> {words.cut}</span>}
        {line.no_newline && <span class="hint"> {words.noNewline}</span>}
      </code>
    </div>
  )
}

function Said({comment, onEdit}: {comment: Comment; onEdit: Props['onEdit']}) {
  return (
    <div class="comment">
      <p class="hint">{words.lines(comment.start, comment.end)}{comment.side === 'old' && ` · ${said.old}`} · {said.waits}</p>
      <p class="prose" dir="auto">{comment.text}</p>
      {onEdit && (
        <button type="button" class="plain" aria-label={said.edit} onClick={() => onEdit(comment)}><Icon name="pencil" /></button>
      )}
    </div>
  )
}

interface Part {
  /** The position of its first line. */
  from: number
  lines: Line[]
  below: Comment[]
}

/** The hunk in parts: a new one begins after each line on which comments end. */
export function partsOf({lines}: Pick<Hunk, 'lines'>, comments: readonly Comment[]): Part[] {
  const parts: Part[] = []
  let from = 0
  lines.forEach((line, at) => {
    const below = comments.filter(it => line[it.side] === it.end)
    if (!below.length && at < lines.length - 1) return
    parts.push({from, lines: lines.slice(from, at + 1), below})
    from = at + 1
  })
  return parts
}

/** A diff for a phone: one column, with signs and line numbers besides the colours. */
import {useMemo, useState} from 'preact/hooks'
import {parseDiff, type DiffFile, type DiffHunk, type DiffLine} from './diff-parse'

/** Lines of each file that are drawn before “Show all”. */
const MANY = 400

interface DiffProps {
  /** The output of `git diff`. */
  text: string
  /** Wrap long lines instead of scrolling. */
  wrap?: boolean
}

export function Diff({text, wrap = false}: DiffProps) {
  const files = useMemo(() => parseDiff(text), [text])
  if (!files.length) return <p class="diff-empty">No changes.</p>
  return (
    <div class={wrap ? 'diff diff-wrap' : 'diff'}>
      {files.map((file, index) => <FileChanges key={`${index} ${file.path}`} file={file} />)}
    </div>
  )
}

export function FileChanges({file}: {file: DiffFile}) {
  const [all, setAll] = useState(false)
  const total = file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0)
  const hunks = all || total <= MANY ? file.hunks : firstLines(file.hunks, MANY)
  return (
    <section class="diff-file" aria-label={`${file.path}: ${file.added} added, ${file.removed} removed`}>
      <h3 class="diff-head">
        <span class="diff-path" dir="ltr" translate={false}>{file.from ? `${file.from} → ${file.path}` : file.path}</span>{' '}
        <span class="diff-count" dir="ltr">+{file.added} −{file.removed}</span>
      </h3>
      {file.notes.map((note, index) => <p key={index} class="diff-note" dir="ltr">{note}</p>)}
      {hunks.map((hunk, index) => <Hunk key={index} hunk={hunk} />)}
      {hunks !== file.hunks && (
        <button type="button" class="diff-more" onClick={() => setAll(true)}>Show all {total.toLocaleString()} lines</button>
      )}
    </section>
  )
}

function Hunk({hunk}: {hunk: DiffHunk}) {
  return (
    // Focusable and named, so that a keyboard can scroll it.
    <div class="diff-hunk" dir="ltr" role="group" aria-label={`Lines ${hunk.range}`} tabIndex={0} translate={false}>
      <div class="diff-range">{hunk.range} {hunk.context}</div>
      {hunk.lines.map((line, index) => <Line key={index} line={line} />)}
    </div>
  )
}

const SIGNS = {add: '+', del: '−', same: ' ', note: ' '}

function Line({line}: {line: DiffLine}) {
  return (
    <div class={`diff-line diff-${line.kind}`}>
      <span class="diff-number">{line.new ?? line.old ?? ''}</span>
      <span class="diff-sign">{SIGNS[line.kind]}</span>
      <code>{line.text}</code>
    </div>
  )
}

function firstLines(hunks: DiffHunk[], most: number): DiffHunk[] {
  let left = most
  const shown: DiffHunk[] = []
  for (const hunk of hunks) {
    if (left <= 0) break
    shown.push({...hunk, lines: hunk.lines.slice(0, left)})
    left -= hunk.lines.length
  }
  return shown
}

import type {FileChange} from '../../lib/types'
import {PathCode} from '../../text/path-link'
import {words} from '../strings'

interface Props {
  changes: readonly FileChange[]
  /** Folders that a path need not begin with. */
  folders: readonly string[]
}

/** How files change: each hunk with what is around it. Long lines are wrapped, so that all can be seen. */
export function Changes({changes, folders}: Props) {
  return (
    <>
      {changes.map((change, index) => {
        const {added, removed} = countOf([change])
        return (
          <section key={index} class="diff-file" aria-label={shortPath(change.path, folders)}>
            <p class="diff-head">
              <span class="diff-path"><PathCode text={shortPath(change.path, folders)} /></span>
              <span class="diff-counts" dir="ltr">+{added} −{removed}</span>
            </p>
            <div class="diff diff-wrap" dir="ltr" translate={false}>
              {change.hunks.map((lines, at) => (
                <div key={at} class="diff-hunk">
                  {at > 0 && <p class="diff-gap" aria-hidden="true">⋯</p>}
                  {lines.map((line, number) => <Line key={number} line={line} />)}
                </div>
              ))}
              {!change.hunks.length && <p class="diff-note">{words.nothingChanged}</p>}
              {change.left_out > 0 && <p class="diff-note">{words.leftOut(change.left_out)}</p>}
            </div>
          </section>
        )
      })}
    </>
  )
}

/** The sign is text, so that colour is not needed. */
function Line({line}: {line: string}) {
  const sign = line[0]
  const kind = sign === '+' ? 'diff-add' : sign === '-' ? 'diff-del' : ''
  return (
    <div class={`diff-line ${kind}`}>
      <span class="diff-sign">{sign === '-' ? '−' : sign === '+' ? '+' : ' '}</span>
      <code>{line.slice(1) || ' '}</code>
    </div>
  )
}

/** Lines that come and go. */
export function countOf(changes: readonly FileChange[]): {added: number; removed: number} {
  const lines = changes.flatMap(({hunks}) => hunks.flat())
  const having = (sign: string) => lines.filter(line => line.startsWith(sign)).length
  return {added: having('+'), removed: having('-')}
}

/** A path as somebody in the folder would write it. */
export function shortPath(path: string, folders: readonly string[]): string {
  const folder = folders.find(it => path.startsWith(`${it}/`))
  return folder ? path.slice(folder.length + 1) : path
}

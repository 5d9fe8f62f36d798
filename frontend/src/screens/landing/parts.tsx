/** What the parts of landing look like. */

import type {ComponentChildren} from 'preact'

import type {ApiError} from '../../lib/api'
import {Icon, type IconName} from '../../ui/icon'
import {Failure} from '../../ui/task'
import type {Look} from './look'
import {words} from './strings'

/** What was seen, or why not; and below it what went wrong. */
export function Seen<T>({look, children}: {look: Look<T>; children: (seen: T) => ComponentChildren}) {
  const {seen, error, looking, changed, failure} = look
  return (
    <>
      {changed && <p class="note" role="alert"><Icon name="triangle-alert" /><span>{words.changed}</span></p>}
      {looking && !seen && <p class="hint" role="status">{words.looking}</p>}
      {error && !looking && (
        <>
          <Failure error={error} />
          <button type="button" class="button" onClick={look.again}>{words.lookAgain}</button>
        </>
      )}
      {seen && children(seen)}
      <Failure error={failure} />
      <Said text={outputOf(failure)} />
    </>
  )
}

/** The one button that does it. */
export function Yes<T>({look, icon, label, danger, disabled, onClick}: {look: Look<T>; icon: IconName; label: string; danger?: boolean; disabled?: boolean; onClick: () => void}) {
  return (
    <>
      <button
        type="button"
        class={`button button-thumb button-wide ${danger ? 'button-danger' : 'button-main'}`}
        disabled={look.busy || look.looking || disabled}
        onClick={onClick}
      >
        <Icon name={look.slow ? 'loader-circle' : icon} class={look.slow ? 'icon-spin' : ''} /> {label}
      </button>
      {look.slow && <p class="hint" role="status">{words.working}</p>}
    </>
  )
}

/** What git and the hooks said; folded where all went well. */
export function Said({text, folded = false}: {text: string; folded?: boolean}) {
  if (!text.trim()) return null
  const said = <pre class="comment-quote" dir="ltr" tabIndex={0} aria-label={words.output} translate={false}>{text.trim()}</pre>
  if (!folded) return said
  return (
    <details class="changed-fold">
      <summary><span>{words.output}</span><Icon name="chevron-right" class="turning" /></summary>
      {said}
    </details>
  )
}

function outputOf(error: ApiError | null): string {
  const output = error?.details['output']
  return typeof output === 'string' ? output : ''
}

export function Paths({paths, title}: {paths: readonly string[]; title: string}) {
  if (!paths.length) return null
  return (
    <details class="changed-fold">
      <summary><span>{title}</span><Icon name="chevron-right" class="turning" /></summary>
      <div class="changed-paths"><ul>{paths.map(path => <li key={path} class="hint"><bdi translate={false}>{path}</bdi></li>)}</ul></div>
    </details>
  )
}

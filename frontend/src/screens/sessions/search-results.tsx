import {useEffect, useState} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {ago} from '../../app/time'
import type {ApiError} from '../../lib/api'
import type {Hit, Hits} from '../../lib/types'
import {Failure} from '../../ui/task'

/** Milliseconds without a key after which it is searched. */
const PAUSE = 200

interface Props {
  frame: Frame
  search: string
  /** Open sessions that are shown already. */
  shown: readonly string[]
}

/** What Janus finds in everything that was said. */
export function SearchResults({frame: {app}, search, shown}: Props) {
  /** What was found, and for what. */
  const [found, setFound] = useState<Hits & {search: string}>()
  const [error, setError] = useState<ApiError | null>(null)
  const reached = app.connection.reached.value

  useEffect(() => {
    let wanted = true
    const timer = setTimeout(() => {
      app.api.search(search).then(
        hits => {
          if (!wanted) return
          setFound({...hits, search})
          setError(null)
        },
        (failure: ApiError) => wanted && setError(failure),
      )
    }, PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [search, reached])

  // What was found for other words stays meanwhile, but says nothing of these.
  const known = found?.search === search
  const hits = found?.hits.filter(({role, session_id}) => role !== 'title' || !shown.includes(session_id)) ?? []
  return (
    <section class="group" aria-labelledby="group-found">
      <h2 id="group-found">{words.groups.found}</h2>
      <Failure error={error} />
      {/* In the page from the start, so that it is announced. */}
      <output class="hint list-none">
        {!known && !error && words.searching}
        {known && !hits.length && !shown.length && words.nothingFound}
        {known && found.pending > 0 && words.pending(found.pending)}
      </output>
      <ul>{hits.map((hit, index) => <Found key={`${hit.session_id} ${hit.message_id} ${index}`} hit={hit} go={app.go} />)}</ul>
    </section>
  )
}

function Found({hit, go}: {hit: Hit; go: (path: string) => void}) {
  const {session_id, message_id, title, timestamp, role, snippet, marks} = hit
  const path = `/s/${session_id}${message_id ? `?m=${encodeURIComponent(message_id)}` : ''}`
  const open = (event: MouseEvent) => {
    event.preventDefault()
    go(path)
  }
  return (
    <li class="row card" data-group="found">
      <a class="row-main row-alone" href={`#${path}`} onClick={open}>
        <span class="row-text">
          <span class="row-title">
            <strong dir="auto">{role === 'title' ? <Marked text={snippet} marks={marks} /> : title}</strong>
            <time dateTime={timestamp}>{ago(timestamp)}</time>
          </span>
          {role !== 'title' && (
            <span class="row-found" dir="auto">
              {role !== 'assistant' && <>{words.foundIn[role]}: </>}
              <Marked text={snippet} marks={marks} />
            </span>
          )}
        </span>
      </a>
    </li>
  )
}

/** A text with marks, which count code points. */
export function Marked({text, marks}: {text: string; marks: readonly number[][]}) {
  const characters = [...text]
  const piece = (from: number, to?: number) => characters.slice(from, to).join('')
  let at = 0
  return (
    <>
      {marks.map(([start = 0, end = 0]) => {
        const before = piece(at, start)
        at = end
        return <>{before}<mark>{piece(start, end)}</mark></>
      })}
      {piece(at)}
    </>
  )
}

import type {App} from '../../app/app'
import {words} from '../../app/strings'
import type {ApiError} from '../../lib/api'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'

interface Place {
  session_id: string
  title: string
  status: string
}

interface Props {
  app: App
  /** Why something was refused. */
  error: ApiError | null
  /** Called when there is room: try again. */
  again: () => void
}

/** Where Janus has no room for another session: ends one of the others, and tries again, in one tap. */
export function MakeRoom({app, error, again}: Props) {
  const task = useTask()
  if (error?.code !== 'MAX_SESSIONS') return null

  const places = placesOf(app, error)
  const titleOf = (place: Place) => {
    const known = app.sessions.value.find(({session_id}) => session_id === place.session_id)
    return (known && app.titleOf(known)) || place.title || words.untitled
  }
  const end = async (id: string) => {
    const ended = await task.run(async () => {
      try {
        await app.api.end(id, {make_room: true, summary: false})
      } catch (failure) {
        // It has ended meanwhile.
        if ((failure as ApiError).code !== 'SESSION_NOT_FOUND') throw failure
      }
      return true
    })
    if (!ended) return
    app.refresh()
    again()
  }
  const [first, ...others] = places
  if (!first) return null
  return (
    <div class="stack stack-close">
      <Failure error={task.error} />
      <button type="button" class="button button-danger button-thumb" disabled={task.busy} onClick={() => void end(first.session_id)}>
        <bdi>{task.busy ? words.ending.busy : words.endAndStart(titleOf(first))}</bdi>
      </button>
      <p class="hint">{words.ending.text}</p>
      {others.length > 0 && (
        <details class="missing card">
          <summary>{words.endAnother}<Icon name="chevron-down" /></summary>
          <div class="stack stack-close others">
            {others.map(place => (
              <button key={place.session_id} type="button" class="button" disabled={task.busy} onClick={() => void end(place.session_id)}>
                <bdi>{words.endAndStart(titleOf(place))}</bdi>
                {place.status === 'active' && <small class="hint">{words.status.active}</small>}
              </button>
            ))}
          </div>
        </details>
      )}
    </div>
  )
}

/** The sessions that can end: those that do not work first, the longest unused before others. */
function placesOf(app: App, error: ApiError): Place[] {
  const named = (error.details['sessions'] ?? []) as Place[]
  const places = named.length ? named : app.sessions.value.map(it => ({...it, title: app.titleOf(it)})).reverse()
  const works = ({status}: Place) => status === 'active'
  return [...places.filter(place => !works(place)), ...places.filter(works)]
}

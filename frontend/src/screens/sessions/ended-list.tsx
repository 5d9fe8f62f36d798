import {useEffect} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {Failure, useTask} from '../../ui/task'
import {EndedRow} from './session-row'

interface Props {
  frame: Frame
  /** The session that is open beside the list. */
  current: string
}

/** The sessions that have ended, a page at a time. */
export function EndedList({frame, current}: Props) {
  const {app, ended, projects, project} = frame
  const task = useTask()
  const open = app.sessions.value.map(({session_id}) => session_id)
  const served = projects.value.map(({project_id}) => project_id)
  const ready = app.loaded.value && app.connection.reached.value
  const only = project.value?.project_id ?? ''

  // Whatever leaves the open ones has ended, or was deleted.
  useEffect(() => {
    ended.of(only)
    // A failure shows in the banner; the list is fetched again when Janus answers.
    if (ready) ended.refresh().catch(() => {})
  }, [ready, only, [...open].sort().join(), served.join()])

  const shown = ended.all.value.filter(({session_id}) => !open.includes(session_id))
  if (!shown.length) return null
  return (
    <section class="group" aria-labelledby="group-ended">
      <h2 id="group-ended">{words.groups.ended}</h2>
      <ul>
        {shown.map(session => (
          <EndedRow key={session.session_id} frame={frame} session={session} current={session.session_id === current} />
        ))}
      </ul>
      <Failure error={task.error} />
      {ended.next.value && (
        <button type="button" class="button button-wide" disabled={task.busy} onClick={() => void task.run(() => ended.more())}>
          {words.showMore}
        </button>
      )}
    </section>
  )
}

import {useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {HowToEnd} from '../../lib/api'
import type {EndedSession, SessionInfo} from '../../lib/types'
import {words} from '../../app/strings'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

const says = words.ending

interface Props {
  app: App
  session: SessionInfo
  onClose: () => void
}

/** Confirms, ends the session, and shows the agent's summary. */
export function EndSession({app, session, onClose}: Props) {
  const [summary, setSummary] = useState(session.message_count > 0)
  const [cleanup, setCleanup] = useState(false)
  const [ended, setEnded] = useState<EndedSession>()
  const task = useTask()
  const title = app.titleOf(session)

  const end = async (how: HowToEnd) => {
    const told = await task.run(() => app.api.end(session.session_id, how))
    if (told) setEnded(told)
  }
  // Not before: this sheet belongs to a row of the list that is about to go.
  const leave = () => {
    onClose()
    if (ended) app.refresh()
    if (ended && location.hash.includes(session.session_id)) app.go('/')
  }
  if (ended) return <Ended ended={ended} onClose={leave} />

  const dirty = task.error?.code === 'WORKTREE_DIRTY'
  const inside = (task.error?.details['repositories'] ?? []) as string[]
  return (
    <Sheet title={says.title(title)} onClose={task.busy ? () => {} : onClose}>
      <div class="stack">
        <p>{says.text}</p>
        {!dirty && (
          <div class="card choices">
            <label class="choice">
              <input type="checkbox" checked={summary} disabled={task.busy} onChange={() => setSummary(!summary)} />
              <span>{says.summary}<small>{says.summaryHint}</small></span>
            </label>
            {session.worktree_path && (
              <label class="choice">
                <input type="checkbox" checked={cleanup} disabled={task.busy} onChange={() => setCleanup(!cleanup)} />
                <span>{says.cleanup}<small>{says.cleanupHint(session.branch)}</small></span>
              </label>
            )}
          </div>
        )}
        <Failure error={task.error} />
        {dirty && inside.length > 0 && (
          <ul class="hint" aria-label={says.repositories}>
            {inside.map(name => <li key={name}><bdi dir="ltr">{name}</bdi></li>)}
          </ul>
        )}
        {dirty ? (
          <div class="stack stack-close">
            <button type="button" class="button button-main" disabled={task.busy} onClick={() => void end({summary})}>
              {says.keep}
            </button>
            <button type="button" class="button button-danger" disabled={task.busy} onClick={() => void end({summary, cleanup, force: true})}>
              <Icon name="trash-2" /> {says.force}
            </button>
          </div>
        ) : (
          <button type="button" class="button button-danger button-thumb" disabled={task.busy} onClick={() => void end({summary, cleanup})}>
            {task.busy && <Icon name="loader-circle" class="icon-spin" />}
            {task.busy ? (summary ? says.busySummary : says.busy) : says.confirm}
          </button>
        )}
      </div>
    </Sheet>
  )
}

function Ended({ended, onClose}: {ended: EndedSession; onClose: () => void}) {
  return (
    <Sheet title={says.ended} onClose={onClose}>
      <div class="stack">
        <p class="prose" dir="auto">{ended.summary?.replace(/^[-*] /gm, '• ') || says.noSummary}</p>
        {ended.summary_saved && <p class="hint">{says.saved}</p>}
        {ended.branch && <p class="hint">{says.branchStays(ended.branch)}</p>}
        <button type="button" class="button button-main" onClick={onClose}>{words.done}</button>
      </div>
    </Sheet>
  )
}

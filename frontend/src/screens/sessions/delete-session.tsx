import {useState} from 'preact/hooks'

import {words} from '../../app/strings'
import type {Frame} from '../../app/make-app'
import type {Deleted, SessionInfo} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

const says = words.deleting

interface Props {
  frame: Frame
  session: SessionInfo
  onClose: () => void
}

/** Confirms, forgets a session that has ended for good, and says what its agent keeps. */
export function DeleteSession({frame, session, onClose}: Props) {
  const {app, ended} = frame
  const [deleted, setDeleted] = useState<Deleted>()
  const task = useTask()
  const id = session.session_id

  const forget = async () => {
    const told = await task.run(() => app.api.delete(id))
    if (!told) return
    // Nothing of it stays on this device either.
    app.drafts.forget(id)
    void app.kept.forget(id)
    for (const {sessionId, message_id} of app.outbox.entries) if (sessionId === id) app.outbox.discard(message_id)
    app.announce(says.done)
    setDeleted(told)
  }
  // Not before: this sheet belongs to a row of the list that is about to go.
  const leave = () => {
    onClose()
    if (!deleted) return
    ended.drop(id)
    app.refresh()
    if (location.hash.includes(id)) app.go('/')
  }
  if (deleted) {
    const kept = deleted.kept_by_agent
    return (
      <Sheet title={says.done} onClose={leave}>
        <div class="stack">
          <p>{kept ? says.kept(app.agents.value.find(({name}) => name === kept)?.label ?? kept) : says.nothingKept}</p>
          <button type="button" class="button button-main" onClick={leave}>{words.done}</button>
        </div>
      </Sheet>
    )
  }
  return (
    <Sheet title={says.title(app.titleOf(session))} onClose={task.busy ? () => {} : onClose}>
      <div class="stack">
        <p>{says.text}</p>
        {session.branch && <p class="hint">{words.ending.branchStays(session.branch)}</p>}
        <Failure error={task.error} />
        <button type="button" class="button button-danger button-thumb" disabled={task.busy} onClick={() => void forget()}>
          <Icon name={task.busy ? 'loader-circle' : 'trash-2'} class={task.busy ? 'icon-spin' : ''} />
          {task.busy ? says.busy : says.confirm}
        </button>
      </div>
    </Sheet>
  )
}

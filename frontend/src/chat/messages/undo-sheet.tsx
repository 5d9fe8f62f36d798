import '../../style/landing.css'

import {useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import type {App} from '../../app/app'
import type {ApiError} from '../../lib/api'
import type {UndoReply} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {undo as words} from '../strings'

interface Props {
  app: App
  sessionId: string
  turn: string
  onClose: () => void
  /** Files are others now. */
  onChanged?: () => void
}

/** Undo a turn: first which files become what, then the yes, then the way back. */
export function UndoSheet({app, sessionId, turn, onClose, onChanged = () => {}}: Props) {
  const task = useTask()
  const seen = useSignal<UndoReply | null>(null)
  const done = useSignal<{reply: UndoReply; back: boolean} | null>(null)
  const {work} = app.api
  const look = () => task.run(async () => (seen.value = await work.lookAtUndo(sessionId, {turn_id: turn})))
  useEffect(() => void look(), [])

  const files = seen.value?.files ?? []
  const moving = files.filter(({kept}) => !kept)
  const changed = changedOf(task.error)
  const settle = (reply: UndoReply | undefined, back: boolean) => {
    if (!reply) return
    done.value = {reply, back}
    app.announce(back ? words.again : words.undone)
    onChanged()
  }
  const run = async (paths?: string[]) => settle(await task.run(() => work.undo(sessionId, {turn_id: turn}, seen.value?.tree, paths)), false)
  const goBack = async (undo_id: string) => settle(await task.run(() => work.undo(sessionId, {undo_id})), !done.value?.back)
  const others = moving.map(({path}) => path).filter(path => !changed.includes(path))
  return (
    <Sheet title={words.title} onClose={onClose}>
      <div class="stack">
        {!seen.value && task.busy && <p class="hint" role="status">{words.looking}</p>}
        {done.value ? (
          <Undone {...done.value} busy={task.busy} onBack={id => void goBack(id)} />
        ) : (
          seen.value && (
            <>
              <p>{files.length ? words.says(moving.length) : words.nothing}</p>
              <ul class="card undo-files">
                {files.map(({path, status, kept}) => (
                  <li key={path}><bdi translate={false}>{path}</bdi> <span class="hint">{kept ? words.stays(kept) : words.becomes[status]}</span></li>
                ))}
              </ul>
              {seen.value.told.map(it => <p key={it} class="note note-quiet">{it}</p>)}
            </>
          )
        )}
        <Failure error={task.error} />
        {changed.length > 0 && !done.value && (
          <div class="buttons">
            <button type="button" class="button" disabled={task.busy} onClick={() => void look()}>{words.lookAgain}</button>
            {others.length > 0 && <button type="button" class="button" disabled={task.busy} onClick={() => void run(others)}>{words.leaveOut(changed.length)}</button>}
          </div>
        )}
        {!done.value && (
          <button type="button" class="button button-danger button-thumb button-wide" disabled={task.busy || !moving.length} onClick={() => void run()}>
            <Icon name={task.slow ? 'loader-circle' : 'rotate-ccw'} class={task.slow ? 'icon-spin' : ''} /> {words.yes}
          </button>
        )}
      </div>
    </Sheet>
  )
}

function Undone({reply: {told, undo_id: id, files}, back, busy, onBack}: {reply: UndoReply; back: boolean; busy: boolean; onBack: (id: string) => void}) {
  return (
    <>
      <p class="land-quiet"><Icon name="circle-check" /> {back ? words.again : words.undone}</p>
      {files.filter(({kept}) => kept).map(({path, kept}) => <p key={path} class="hint"><bdi translate={false}>{path}</bdi>: {kept}</p>)}
      {told.map(it => <p key={it} class="note note-quiet">{it}</p>)}
      {id && (
        <button type="button" class="button button-wide" disabled={busy} onClick={() => onBack(id)}>
          <Icon name="rotate-ccw" /> {back ? words.yes : words.undoUndo}
        </button>
      )}
    </>
  )
}

/** The files that are others by now than they were shown. */
function changedOf(error: ApiError | null): string[] {
  const files = error?.code === 'CHANGED_MEANWHILE' ? error.details['files'] : undefined
  return Array.isArray(files) ? files.filter(it => typeof it === 'string') : []
}

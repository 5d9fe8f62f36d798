import {useRef, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {SessionInfo} from '../../lib/types'
import {asName, isName} from '../../app/names'
import {words} from '../../app/strings'
import {EndSession} from './end-session'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

interface Props {
  app: App
  session: SessionInfo
  onClose: () => void
}

interface MenuProps {
  app: App
  /** Undefined once it has ended, here or elsewhere. */
  session: SessionInfo | undefined
  onClose: () => void
}

/** The actions on a session, and where it works. */
export function SessionMenu({app, session, onClose}: MenuProps) {
  const last = useRef(session)
  if (session) last.current = session
  return last.current ? <Menu app={app} session={last.current} onClose={onClose} /> : null
}

function Menu({app, session, onClose}: Props) {
  const [doing, setDoing] = useState<'rename' | 'end'>()
  const task = useTask(app)
  const title = app.titleOf(session)
  const asleep = session.status !== 'active' && session.status !== 'waiting'

  if (doing === 'rename') return <Rename app={app} session={session} onClose={onClose} />
  if (doing === 'end') return <EndSession app={app} session={session} onClose={onClose} />

  const resume = async () => {
    const resumed = await task.run(() => app.api.resume(session.session_id))
    if (!resumed) return
    app.refresh()
    onClose()
  }
  return (
    <Sheet title={title} onClose={onClose}>
      <div class="stack">
        <dl class="facts">
          <dt>{words.info.agent}</dt>
          <dd dir="auto">{app.agents.value.find(({name}) => name === session.agent)?.label ?? session.agent}</dd>
          {session.branch && <><dt>{words.info.branch}</dt><dd><bdi dir="ltr">{session.branch}</bdi></dd></>}
          <dt>{words.info.place}</dt>
          <dd>{session.worktree_path ? <bdi dir="ltr">{session.worktree_path}</bdi> : words.inFolder}</dd>
          <dt>{words.info.started}</dt>
          <dd>{new Date(session.created_at).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'})}</dd>
          <dt>{words.info.messages}</dt>
          <dd>{session.message_count}</dd>
        </dl>
        <Failure error={task.error} />
        {app.readOnly.value ? (
          <p class="hint">{words.readOnly}</p>
        ) : (
          <div class="stack stack-close">
            {asleep && (
              <button type="button" class="button" disabled={task.busy} onClick={() => void resume()}>
                <Icon name={task.busy ? 'loader-circle' : 'play'} class={task.busy ? 'icon-spin' : ''} />
                {task.busy ? words.resuming : words.resume}
              </button>
            )}
            <button type="button" class="button" disabled={task.busy} onClick={() => setDoing('rename')}>
              <Icon name="pencil" /> {words.rename} …
            </button>
            <button type="button" class="button button-danger" disabled={task.busy} onClick={() => setDoing('end')}>
              <Icon name="square" /> {words.end} …
            </button>
          </div>
        )}
      </div>
    </Sheet>
  )
}

function Rename({app, session, onClose}: Props) {
  const [name, setName] = useState(session.name ?? asName(app.titleOf(session)))
  const task = useTask(app)
  const fine = isName(name)
  const better = asName(name)

  const save = async (event: Event) => {
    event.preventDefault()
    if (!fine || !(await task.run(() => app.api.rename(session.session_id, name)))) return
    app.refresh()
    onClose()
  }
  return (
    <Sheet title={words.rename} onClose={onClose} sticky>
      <form class="stack" onSubmit={save} noValidate>
        <div class="field">
          <label for="new-name">{words.name}</label>
          <input
            id="new-name"
            class="input"
            dir="auto"
            value={name}
            maxLength={50}
            onInput={event => setName(event.currentTarget.value)}
            autocomplete="off"
            autocapitalize="off"
            aria-invalid={name !== '' && !fine}
            aria-describedby="new-name-hint"
          />
          <p id="new-name-hint" class="hint">{fine || !better ? words.nameHint : words.nameBetter(better)}</p>
        </div>
        <Failure error={task.error} />
        <button class="button button-main" disabled={!fine || task.busy}>{words.save}</button>
      </form>
    </Sheet>
  )
}

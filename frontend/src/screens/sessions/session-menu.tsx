import {useEffect, useRef, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Frame, Managed} from '../../app/make-app'
import type {SessionInfo} from '../../lib/types'
import {words} from '../../app/strings'
import {says} from '../../chat/machine-strings'
import {sleepOf} from '../../chat/machines'
import {DeleteSession} from './delete-session'
import {EndSession} from './end-session'
import {copyText} from '../../text/code-block'
import {MakeAnew} from '../../chat/messages/make-anew'
import {MakeRoom} from '../../chat/messages/make-room'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

/** Characters of a name. */
const LONGEST = 80

interface Props {
  frame: Frame
  managed: Managed
  onClose: () => void
}

interface MenuProps {
  frame: Frame
  session: SessionInfo
  doing: Managed['doing']
  onClose: () => void
}

/** The actions on a session, which may have ended, and where it works. */
export function SessionMenu({frame, managed, onClose}: Props) {
  const {app, ended} = frame
  const find = () => [...app.sessions.value, ...ended.all.value].find(({session_id}) => session_id === managed.id)
  const [known, setKnown] = useState(find)
  const task = useTask()
  useEffect(() => {
    if (known) return
    // It ended so long ago that the list has not come to it.
    void task.run(async () => (await app.api.ended({id: managed.id, limit: 1})).sessions[0]).then(found => (found ? setKnown(found) : app.refresh()))
  }, [])
  const session = find() ?? known
  if (session) return <Menu frame={frame} session={session} doing={managed.doing} onClose={onClose} />
  return task.error && <Sheet title={words.untitled} onClose={onClose}><Failure error={task.error} /></Sheet>
}

function Menu({frame, session, doing: first, onClose}: MenuProps) {
  const {app} = frame
  const [doing, setDoing] = useState(first)
  const task = useTask()
  const title = app.titleOf(session)
  const {session_id: id, ended_at, end_reason: reason} = session
  const machine = app.fleet.find(session.machine)
  const away = machine?.online === false
  const changes = !app.readOnly.value && !away
  const asleep = session.status !== 'active' && session.status !== 'waiting'

  if (doing === 'delete') return <DeleteSession frame={frame} session={session} onClose={onClose} />
  if (doing === 'rename') return <Rename app={app} session={session} onClose={onClose} />
  if (doing === 'end') return <EndSession app={app} session={session} onClose={onClose} />

  const resume = () =>
    task.run(
      async () => {
        await app.api.resume(id)
        app.refresh()
      },
      () => {
        onClose()
        if (ended_at) app.go(`/s/${id}`)
      },
    )
  return (
    <Sheet title={title} onClose={onClose}>
      <div class="stack">
        <dl class="facts">
          <dt>{words.info.agent}</dt>
          <dd dir="auto">{app.agents.value.find(({name}) => name === session.agent)?.label ?? session.agent}</dd>
          {app.fleet.machines.value.length > 0 && <><dt>{says.one}</dt><dd dir="auto">{machine ? [machine.name, sleepOf(machine)].filter(Boolean).join(', ') : app.fleet.name}</dd></>}
          {session.project && frame.projects.value.length > 1 && <><dt>{words.info.project}</dt><dd dir="auto">{session.project}</dd></>}
          {session.branch && <><dt>{words.info.branch}</dt><dd><bdi dir="ltr">{session.branch}</bdi></dd></>}
          <dt>{words.info.place}</dt>
          <dd>{session.worktree_path ? <bdi dir="ltr">{session.worktree_path}</bdi> : words.inFolder}</dd>
          <dt>{words.info.started}</dt>
          <dd>{dateOf(session.created_at)}</dd>
          {ended_at && <><dt>{words.info.ended}</dt><dd>{dateOf(ended_at)}{reason && reason !== 'ended' && `, ${words.endReasons[reason]}`}</dd></>}
          <dt>{words.info.messages}</dt>
          <dd>{session.message_count}</dd>
        </dl>
        {session.resume_command && <InTerminal app={app} command={session.resume_command} />}
        <Failure error={task.error} />
        <MakeRoom app={app} error={task.error} again={() => void resume()} />
        <MakeAnew app={app} session={id} error={task.error} again={() => void resume()} />
        <div class="stack stack-close">
          {app.readOnly.value && <p class="hint">{words.readOnly}</p>}
          {away && <p class="hint">{says.notNow(machine.name)}</p>}
          {changes && <>
            {asleep && (
              <button type="button" class="button" disabled={task.busy} onClick={() => void resume()}>
                <Icon name={task.busy ? 'loader-circle' : 'play'} class={task.busy ? 'icon-spin' : ''} />
                {task.busy ? words.resuming : ended_at ? words.goOn : words.resume}
              </button>
            )}
            {!ended_at && (
              <button type="button" class="button" disabled={task.busy} onClick={() => setDoing('rename')}>
                <Icon name="pencil" /> {words.rename}…
              </button>
            )}
          </>}
          <a class="button" href={`/api/session/transcript?session_id=${id}`} download onClick={onClose}>
            <Icon name="file-text" /> {words.saveAs}
          </a>
          {changes && !(machine && ended_at) && (
            <button type="button" class="button button-danger" disabled={task.busy} onClick={() => setDoing(ended_at ? 'delete' : 'end')}>
              <Icon name={ended_at ? 'trash-2' : 'square'} /> {ended_at ? words.delete : words.end}…
            </button>
          )}
        </div>
      </div>
    </Sheet>
  )
}

/** What goes on with the session in a terminal. */
function InTerminal({app, command}: {app: App; command: string}) {
  const copy = async () => app.announce((await copyText(command)) ? words.copied : words.notCopied)
  const [copied, setCopied] = useState(false)
  return (
    <div class="field">
      <span class="label">{words.inTerminal}</span>
      <div class="command">
        <code dir="ltr">{command}</code>
        <button type="button" class="plain" aria-label={copied ? words.copied : words.copyCommand} onClick={() => void copy().then(() => setCopied(true))}>
          <Icon name={copied ? 'check' : 'copy'} />
        </button>
      </div>
    </div>
  )
}

function dateOf(at: string): string {
  return new Date(at).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'})
}

function Rename({app, session, onClose}: {app: App; session: SessionInfo; onClose: () => void}) {
  const [name, setName] = useState(app.titleOf(session).slice(0, LONGEST))
  const task = useTask()
  const fine = name.trim() !== ''
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])

  const rename = async () => {
    await app.api.rename(session.session_id, name.trim())
    app.refresh()
  }
  const save = (event: Event) => {
    event.preventDefault()
    if (fine) void task.run(rename, onClose)
  }
  return (
    <Sheet title={words.rename} onClose={onClose} sticky>
      <form class="stack" onSubmit={save} noValidate>
        <div class="field">
          <label for="new-name">{words.name}</label>
          <input
            ref={field}
            id="new-name"
            class="input"
            dir="auto"
            value={name}
            maxLength={LONGEST}
            onInput={event => setName(event.currentTarget.value)}
            autocomplete="off"
            enterkeyhint="done"
          />
        </div>
        <Failure error={task.error} />
        <button class="button button-main" disabled={!fine || task.busy}>{words.save}</button>
      </form>
    </Sheet>
  )
}

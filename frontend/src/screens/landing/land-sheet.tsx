import '../../style/landing.css'

import {useSignal} from '@preact/signals'
import type {ComponentChildren} from 'preact'
import {useRef} from 'preact/hooks'

import type {App} from '../../app/app'
import type {ChatContext} from '../../chat/state/chat-context'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {Commit} from './commit'
import {Discard} from './discard'
import {Merge} from './merge'
import {Said} from './parts'
import type {Done, LandingPlace} from './place'
import {Remote} from './remote'
import {words} from './strings'

/** Let the work in: the next step is open, and what has been done can be undone. */
export function LandSheet({chat, onClose, onChanged}: {chat: ChatContext; onClose: () => void; onChanged: () => void}) {
  const {app, conversation} = chat
  const {sessionId} = conversation
  const session = app.sessions.value.find(known => known.session_id === sessionId) ?? conversation.state.value?.session
  const isolated = Boolean(session?.worktree_path)
  const round = useSignal(0)
  const uncommitted = useSignal(0)
  const landed = useSignal('')
  const done = useSignal<readonly Done[]>([])
  const open = useSignal<readonly string[]>([])
  const body = useRef<HTMLDivElement>(null)
  const place: LandingPlace = {app, sessionId, isolated, round: round.value}

  const anew = () => {
    round.value++
    onChanged()
  }
  const finish = (what: Done) => {
    done.value = [what, ...done.value]
    app.announce(what.words)
    anew()
    body.current?.scrollTo({top: 0})
  }
  const undone = (what: Done) => {
    done.value = done.value.map(it => (it === what ? {...it, words: words.undone(it.words), undoId: null, landed: false} : it))
    app.announce(words.undone(what.words))
    anew()
  }
  const resolving = () => {
    conversation.notice.show(words.merge.resolving)
    onClose()
    app.go(`/s/${sessionId}`)
  }
  const fold = (name: 'merge' | 'push' | 'discard', content: () => ComponentChildren) => (
    <details class="changed-fold" onToggle={event => event.currentTarget.open && !open.value.includes(name) && (open.value = [...open.value, name])}>
      <summary><span>{words[name].title}</span><Icon name="chevron-right" class="turning" /></summary>
      {/* Looked at only when it is opened: it goes through files, or over the network. */}
      <div class="land-inside">{open.value.includes(name) && content()}</div>
    </details>
  )
  const merge = () => <Merge place={place} uncommitted={uncommitted.value} onDone={finish} onLanded={ground => (landed.value = ground)} onResolving={resolving} />
  return (
    <Sheet title={words.title} onClose={onClose} tall body={body}>
      <div class="stack">
        {conversation.working.value && <p class="note"><Icon name="info" /><span>{words.busy}</span></p>}
        {done.value.map((it, index) => <DoneCard key={done.value.length - index} app={app} sessionId={sessionId} done={it} onUndone={() => undone(it)} />)}
        {isolated && (landed.value || done.value[0]?.landed) && !uncommitted.value && <CleanUp app={app} sessionId={sessionId} onGone={onClose} />}
        <h3>{words.commit.title}</h3>
        <Commit place={place} onDone={finish} onFound={files => (uncommitted.value = files)} />
        {isolated ? <><h3>{words.merge.title}</h3>{merge()}</> : fold('merge', merge)}
        {fold('push', () => <Remote place={place} onDone={finish} />)}
        {fold('discard', () => <Discard place={place} onDone={finish} />)}
      </div>
    </Sheet>
  )
}

/** One thing that was done, and the one tap that takes it back. */
function DoneCard({app, sessionId, done, onUndone}: {app: App; sessionId: string; done: Done; onUndone: () => void}) {
  const task = useTask()
  const {undoId, told, output = '', href} = done
  const undo = async () => {
    if (await task.run(() => app.api.work.undo(sessionId, {undo_id: undoId!}))) onUndone()
  }
  return (
    <div class="land-done">
      <p class="land-quiet"><Icon name={done.undoId ? 'circle-check' : 'check'} /> <bdi>{done.words}</bdi></p>
      {told.map(it => <p key={it} class="hint">{it}</p>)}
      {href && <a class="button" href={href} target="_blank" rel="noreferrer noopener"><Icon name="globe" /> {words.push.compare}</a>}
      <Said text={output} folded />
      <Failure error={task.error} />
      {undoId && (
        <button type="button" class="button" disabled={task.busy} onClick={() => void undo()}>
          <Icon name={task.slow ? 'loader-circle' : 'rotate-ccw'} class={task.slow ? 'icon-spin' : ''} /> {task.slow ? words.undoing : words.undo}
        </button>
      )}
    </div>
  )
}

/** Nothing of it is needed any more: offered, never done by itself. */
function CleanUp({app, sessionId, onGone}: {app: App; sessionId: string; onGone: () => void}) {
  const task = useTask()
  const clean = () =>
    task.run(
      async () => {
        const {branch, branch_deleted: deleted} = await app.api.end(sessionId, {cleanup: true, branch: true})
        app.announce(words.cleanUp.done(branch, deleted))
        app.refresh()
      },
      () => {
        onGone()
        app.go('/')
      },
    )
  return (
    <div class="card land-inside">
      <p>{words.cleanUp.offer}</p>
      <Failure error={task.error} />
      <button type="button" class="button button-wide" disabled={task.busy} onClick={() => void clean()}>
        <Icon name={task.busy ? 'loader-circle' : 'trash-2'} class={task.slow ? 'icon-spin' : ''} /> {task.slow ? words.cleanUp.working : words.cleanUp.yes}
      </button>
    </div>
  )
}

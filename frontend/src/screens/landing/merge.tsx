import {useSignal} from '@preact/signals'
import {useEffect, useState} from 'preact/hooks'

import {newId} from '../../lib/id'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'
import type {Done, LandingPlace} from './place'
import {useLook} from './look'
import {Paths, Seen, Yes} from './parts'
import {words} from './strings'

interface Props {
  place: LandingPlace
  /** Files that are not committed. */
  uncommitted: number
  onDone: (done: Done) => void
  /** On what ground all of it is in another branch already; empty if it is not. */
  onLanded: (ground: string) => void
  /** The agent was asked to see to the conflicts. */
  onResolving: () => void
}

/** Merge into another branch: all that will happen is said before the yes. */
export function Merge({place: {app, sessionId, round}, uncommitted, onDone, onLanded, onResolving}: Props) {
  const into = useSignal('')
  const [branches, setBranches] = useState<string[]>([])
  const squash = useSignal(false)
  const asking = useTask()
  const target = () => (into.peek() ? {into: into.peek()} : {})
  const look = useLook(() => app.api.work.merge({session_id: sessionId, ...target()}), [round, into.value])

  useEffect(() => void app.api.work.branches(sessionId).then(setBranches, () => {}), [])
  const landed = look.seen?.landed ?? ''
  useEffect(() => onLanded(landed), [landed])

  const merge = async () => {
    const done = await look.act(({tree, into}) => app.api.work.merge({session_id: sessionId, tree, into, squash: squash.peek()}))
    if (done) onDone({words: words.merge.done(done.into, done.commit), undoId: done.undo_id, told: done.told, landed: true})
  }
  // Into what is shown: another branch may be chosen already, and not be looked at yet.
  const resolve = (into: string) => asking.run(() => app.api.work.resolve({session_id: sessionId, message_id: newId(), into}), onResolving)
  return (
    <section class="land-part" aria-label={words.merge.title}>
      <Seen look={look}>
        {({into: found, commits, conflicts, files, fast_forward: forward}) => (
          <>
            {landed ? (
              <p class="land-quiet"><Icon name="circle-check" /> <bdi>{landed}</bdi></p>
            ) : !commits ? (
              uncommitted > 0 ? <p class="hint">{words.merge.first}</p> : <p class="land-quiet"><Icon name="circle-check" /> <bdi>{words.merge.nothing(found)}</bdi></p>
            ) : conflicts.length ? (
              <>
                <p class="note note-wrong"><Icon name="triangle-alert" /><span>{words.merge.conflicts(found, conflicts.length)}</span></p>
                <ul class="card land-conflicts">{conflicts.map(path => <li key={path}><bdi translate={false}>{path}</bdi></li>)}</ul>
                <Failure error={asking.error} />
                <button type="button" class="button button-main button-thumb button-wide" disabled={asking.busy} onClick={() => void resolve(found)}>
                  <Icon name="wrench" /> {words.merge.resolve}
                </button>
              </>
            ) : (
              <>
                <p><bdi>{(squash.value ? words.merge.squashes : forward ? words.merge.forward : words.merge.joins)(found, commits, files.length)}</bdi></p>
                {uncommitted > 0 && <p class="note"><Icon name="info" /><span>{words.merge.behind(uncommitted)}</span></p>}
                <p class="hint">{words.merge.along(found)}</p>
                <Paths paths={files} title={words.files(files.length)} />
                {commits > 1 && (
                  <label class="choice">
                    <input type="checkbox" checked={squash.value} onChange={() => (squash.value = !squash.value)} />
                    <span>{words.merge.squash}</span>
                  </label>
                )}
                <Yes look={look} icon="git-branch" label={words.merge.yes(found)} onClick={() => void merge()} />
              </>
            )}
          </>
        )}
      </Seen>
      {branches.length > 1 && (
        <div class="field">
          <label for="merge-into">{words.merge.into}</label>
          <select id="merge-into" class="input" dir="ltr" value={into.value || look.seen?.into} onChange={event => (into.value = event.currentTarget.value)}>
            {!into.value && !look.seen && <option value="" />}
            {branches.map(name => <option key={name} value={name}>{name}</option>)}
          </select>
        </div>
      )}
    </section>
  )
}

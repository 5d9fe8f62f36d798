import {useEffect, useState} from 'preact/hooks'

import {DRAFT, nextSession} from '../../app/choice'
import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {sizeOf} from '../../chat/size'
import {shared, type Shared} from '../../lib/shared'
import {LARGEST, MOST} from '../../lib/upload-limits'
import {ActionRow} from '../../ui/action-row'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

const says = words.share
/** Characters that are shown of a text. */
const SHOWN = 500

/** What another app shared, and the message that it is added to; that is sent by its user. */
export function Share({frame, problem}: {frame: Frame; problem: string}) {
  const {app} = frame
  const [found, setFound] = useState<Shared | null>()
  const task = useTask()
  useEffect(() => void shared().then(setFound, () => setFound(null)), [])

  const leave = (path = '/') => app.go(path, 'instead')
  const put = (sessionId?: string) => {
    const work = async () => {
      const {text, files, forget} = found!
      const id = sessionId ?? nextSession()
      const uploads = await app.uploads()
      await uploads.loaded
      const small = files.filter(({size}) => size <= LARGEST)
      if (small.length + uploads.draftsOf(id).length > MOST) throw new Error(says.many(MOST))
      await uploads.add(id, small, !sessionId)
      app.drafts.add(sessionId ?? DRAFT, text)
      await forget()
      app.announce(says.put)
    }
    return task.run(work, () => leave(sessionId ? `/s/${sessionId}` : '/'))
  }
  const large = found?.files.filter(({size}) => size > LARGEST) ?? []
  const some = found && (found.text || found.files.length > large.length)
  return (
    <Sheet title={says.title} onClose={() => leave()} sticky tall>
      <div class="stack">
        {problem && <p class="note note-wrong" role="alert">{says.problems[problem as keyof typeof says.problems] ?? says.problems.lost}</p>}
        {found !== undefined && !some && !problem && <p class="hint">{says.nothing}</p>}
        {found?.text && <p class="card shared-text" dir="auto">{found.text.slice(0, SHOWN)}{found.text.length > SHOWN && ' …'}</p>}
        {found && found.files.length > large.length && (
          <ul class="hint">{found.files.filter(it => !large.includes(it)).map((it, at) => <li key={at}><bdi>{it.name}</bdi> · {sizeOf(it.size)}</li>)}</ul>
        )}
        {large.length > 0 && <p class="note" role="alert">{says.left(large.map(({name}) => name).join(', '))}</p>}
        <Failure error={task.error} />
        {some && app.readOnly.value && <p class="note">{words.readOnly}</p>}
        {some && !app.readOnly.value && (
          <>
            <p>{says.how}</p>
            <div class="action-rows">
              <ActionRow icon="plus" label={words.newSession} onClick={() => void put()} />
              {app.sessions.value.map(it => (
                <ActionRow key={it.session_id} icon="message-square" label={app.titleOf(it)} onClick={() => void put(it.session_id)} />
              ))}
            </div>
            <p class="hint">{says.waits}</p>
          </>
        )}
        {found && (some || large.length > 0) && (
          <button type="button" class="button" onClick={() => void task.run(() => found.forget().catch(() => {}), () => leave())}>{says.discard}</button>
        )}
      </div>
    </Sheet>
  )
}

import {useEffect, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Permission, PermissionOption, SessionInfo, State} from '../../lib/types'
import {words} from '../../app/strings'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'

/** Milliseconds before it takes an answer: a tap meant for something else must not allow anything. */
const ARMING = 400
/** Longer texts, in characters, are not read in a list. */
const LONGEST = 300

interface Props {
  app: App
  session: SessionInfo
  permissions: Permission[]
  onAnswered: (state?: State) => void
}

/** An agent's question in the list; yes or no can be answered right there. */
export function Ask({app, session, permissions, onAnswered}: Props) {
  const [asked] = permissions
  const task = useTask(app)
  const armed = useArmed(asked?.request_id)
  if (!asked) return null

  const deny = find(asked, 'reject_once')
  const allow = find(asked, 'allow_once')
  const details = detailsOf(asked)
  // Only what is shown in full can be allowed here.
  const short = details.join().length <= LONGEST
  const plain = asked.kind === 'permission' && !asked.fields?.length && !asked.url
  const simple = plain && short && deny && allow

  const answer = async (option: PermissionOption) => {
    if (!armed) return
    const state = await task.run(() =>
      app.api.permission(session.session_id, asked.request_id, option.id),
    )
    if (state) app.announce(option === allow ? words.allowed : words.denied)
    // A failure may mean that somebody else was faster.
    onAnswered(state)
  }

  return (
    <div class="ask">
      <p class="ask-title">
        <span dir="auto">{asked.title}</span>
        {permissions.length > 1 && <small>{words.oneOf(1, permissions.length)}</small>}
      </p>
      {details.map(text => (
        <code key={text} class="ask-what" dir="ltr" translate={false}>{short ? text : `${text.slice(0, LONGEST)} …`}</code>
      ))}
      <Failure error={task.error} />
      {!app.readOnly.value && (
        <div class="ask-buttons">
          {simple ? (
            <>
              <button type="button" class="button button-danger" disabled={task.busy} aria-disabled={!armed} onClick={() => void answer(deny)}>
                <Icon name="x" /> {words.deny}
              </button>
              <button type="button" class="button button-main" disabled={task.busy} aria-disabled={!armed} onClick={() => void answer(allow)}>
                <Icon name="check" /> {words.allow}
              </button>
            </>
          ) : (
            <button type="button" class="button" onClick={() => app.go(`/s/${session.session_id}`)}>
              {plain ? words.readInside : words.answerInside}
            </button>
          )}
        </div>
      )}
    </div>
  )
}

/** What is asked, beyond the title: the command, the reason, the change. */
function detailsOf({title, tool_call, text}: Permission): string[] {
  const all = [tool_call?.title, text, tool_call?.output].filter(part => part !== undefined && part !== '')
  return [...new Set(all as string[])].filter(part => part !== title)
}

function find({options}: Permission, kind: string): PermissionOption | undefined {
  return options.find(option => option.kind === kind)
}

/** Whether the question has been shown long enough to be seen. */
function useArmed(requestId: string | undefined): boolean {
  const [armed, setArmed] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setArmed(requestId), ARMING)
    return () => clearTimeout(timer)
  }, [requestId])
  return requestId !== undefined && armed === requestId
}

import {useSignal} from '@preact/signals'

import type {PullRequestReply} from '../../lib/types'
import {safeHref} from '../../text/links'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'
import type {Done, LandingPlace} from './place'
import {useLook} from './look'
import {Said, Seen, Yes} from './parts'
import {words} from './strings'

/** Push the branch, or open a pull request for it. */
export function Remote({place: {app, sessionId, round, isolated}, onDone}: {place: LandingPlace; onDone: (done: Done) => void}) {
  const look = useLook(() => app.api.work.push(sessionId, true), [round])
  const asking = useTask()
  const opened = useSignal<PullRequestReply | null>(null)
  const push = async () => {
    const done = await look.act(() => app.api.work.push(sessionId, false))
    if (done) onDone({words: words.push.done(done.branch, done.remote), undoId: null, told: [], output: done.output, href: safeHref(done.compare || done.url)})
  }
  const request = async () => {
    const reply = await asking.run(() => app.api.work.pullRequest({session_id: sessionId}))
    if (reply) opened.value = reply
  }
  return (
    <section class="land-part" aria-label={words.push.title}>
      <Seen look={look}>
        {({branch, remote, commits}) => (
          <>
            <p><bdi>{words.push.says(branch, remote, commits)}</bdi></p>
            {commits > 0 && <Yes look={look} icon="arrow-up" label={words.push.yes} onClick={() => void push()} />}
            {isolated && (
              <button type="button" class="button button-wide" disabled={asking.busy} onClick={() => void request()}>
                <Icon name={asking.slow ? 'loader-circle' : 'share-2'} class={asking.slow ? 'icon-spin' : ''} /> {words.push.request}
              </button>
            )}
          </>
        )}
      </Seen>
      {asking.slow && <p class="hint" role="status">{words.working}</p>}
      <Failure error={asking.error} />
      <Said text={String(asking.error?.details['output'] ?? '')} />
      {opened.value && <Opened {...opened.value} />}
    </section>
  )
}

function Opened({url, state, checks}: PullRequestReply) {
  const href = safeHref(url)
  return (
    <div class="stack stack-close" role="status">
      <p>{href ? words.push.requested(state) : words.push.nowhere}</p>
      {href && <a class="button" href={href} target="_blank" rel="noreferrer noopener"><Icon name="globe" /> {words.push.page}</a>}
      {checks.length > 0 && (
        <ul aria-label={words.push.checks}>{checks.map(({name, state}) => <li key={name} class="hint"><bdi>{name}</bdi>: {state}</li>)}</ul>
      )}
    </div>
  )
}

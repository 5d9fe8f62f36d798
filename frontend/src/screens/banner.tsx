import {useComputed, useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import type {App} from '../app/app'
import {words} from '../app/strings'
import {Icon} from '../ui/icon'

/** Says that Janus cannot be reached, and that messages are kept meanwhile. */
export function Banner({app}: {app: App}) {
  const queued = useSignal(0)
  useEffect(
    () => app.outbox.subscribe(entries => {
      queued.value = entries.filter(({state}) => state === 'waiting' || state === 'sending').length
    }),
    [app],
  )
  const {next} = app.fleet
  const text = useComputed(() => {
    if (!app.connection.lost.value) return ''
    const why = app.connection.reached.value ? words.interrupted : navigator.onLine ? words.reconnecting : words.offline
    return queued.value ? `${why} ${words.waitingToBeSent(queued.value)}` : why
  })
  return (
    // In the page from the start: a status that appears together with its text is often not announced.
    <output class="banner" hidden={!text.value}>
      <Icon name="wifi-off" />
      <span>{text}</span>
      <button type="button" class="plain" onClick={app.connection.tryNow}>{words.tryNow}</button>
      {/* What waits here stays here, and is sent from here. */}
      {next.value && !app.connection.reached.value && <a class="plain" href={next.value.page}>{words.openOther(next.value.name)}</a>}
    </output>
  )
}

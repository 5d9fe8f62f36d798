import {useComputed, useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import type {App} from '../app/app'
import {words} from '../app/strings'
import {Icon} from '../ui/icon'

/** Milliseconds; a shorter loss is not reported: phones change networks all the time. */
const FLICKER = 1500

/** Says that Janus cannot be reached, and that messages are kept meanwhile. */
export function Banner({app}: {app: App}) {
  const shown = useSignal(false)
  const queued = useSignal(0)
  const reached = app.reached.value
  useEffect(() => {
    if (reached) {
      shown.value = false
      return
    }
    const timer = setTimeout(() => (shown.value = true), FLICKER)
    return () => clearTimeout(timer)
  }, [reached])
  useEffect(
    () => app.outbox.subscribe(entries => {
      queued.value = entries.filter(({state}) => state === 'waiting' || state === 'sending').length
    }),
    [app],
  )
  const text = useComputed(() => {
    if (!shown.value) return ''
    const why = navigator.onLine ? words.reconnecting : words.offline
    return queued.value ? `${why} ${words.waitingToBeSent(queued.value)}` : why
  })
  return (
    // In the page from the start: a status that appears together with its text is often not announced.
    <output class="banner" hidden={!text.value}>
      <Icon name="wifi-off" />
      <span>{text}</span>
    </output>
  )
}

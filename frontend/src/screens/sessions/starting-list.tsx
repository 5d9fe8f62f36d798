import {useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import type {App} from '../../app/app'
import {ago} from '../../app/time'
import {machines} from '../../chat/machines'
import type {OutboxEntry} from '../../lib/outbox-entry'
import {Icon} from '../../ui/icon'

/** Sessions that begin when their machine wakes: until then only this device knows of them. */
export function StartingList({app}: {app: App}) {
  const starting = useSignal<OutboxEntry[]>([])
  useEffect(() => app.outbox.subscribe(entries => (starting.value = entries.filter(({start}) => start?.machine))), [app])
  const waiting = starting.value.flatMap(entry => {
    const machine = app.fleet.away(entry.sessionId)
    return machine ? [{...entry, name: machine.name}] : []
  })
  if (!waiting.length) return null
  return (
    <section class="group" aria-labelledby="group-starting">
      <h2 id="group-starting">{machines.starting}</h2>
      <ul>
        {waiting.map(({message_id, sessionId, text, at, name}) => (
          <li key={message_id} class="row" data-group="starting">
            <a class="row-main row-alone" href={`#/s/${sessionId}`} onClick={event => (event.preventDefault(), app.go(`/s/${sessionId}`))}>
              <span class="row-icon"><Icon name="clock" /></span>
              <span class="row-text">
                <span class="row-title"><strong dir="auto">{text}</strong><time dateTime={new Date(at).toISOString()}>{ago(new Date(at).toISOString())}</time></span>
                <span class="row-line"><span class="row-preview">{machines.keptUntil(name)}</span></span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

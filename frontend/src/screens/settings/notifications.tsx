/** Whether this device is told while no page is open: on or off, quiet hours, and a test that says what happened. */

import {useSignal} from '@preact/signals'
import {useEffect, useMemo} from 'preact/hooks'

import type {App} from '../../app/app'
import {Notifications, type QuietHours} from '../../app/notifications'
import type {ApiError} from '../../lib/api-error'
import {says} from './strings'

const NIGHT = {start: '22:00', end: '07:00'}

export function NotificationSettings({app}: {app: App}) {
  const notifications = useMemo(() => new Notifications(app.api), [app])
  const {telling, known} = notifications
  const problem = useSignal('')
  const busy = useSignal(false)
  useEffect(() => void run(() => notifications.look()), [])

  async function run(work: () => Promise<unknown>): Promise<void> {
    problem.value = ''
    busy.value = true
    try {
      await work()
    } catch (error) {
      problem.value = (error as ApiError).message
    } finally {
      busy.value = false
    }
  }

  const why = says.told.states[telling.value]
  return (
    <div class="card connection">
      <p role="status">{busy.value ? says.told.wait : why}</p>
      {known.value?.problem && telling.value === 'broken' && <p class="problem">{known.value.problem}</p>}
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      {(telling.value === 'off' || telling.value === 'broken') && (
        <TurnOn contact={known.value?.contact ?? ''} busy={busy.value} onTurn={contact => run(() => notifications.turnOn({contact, quiet: known.value?.quiet ?? null}))} />
      )}
      {telling.value === 'on' && <On notifications={notifications} quiet={known.value?.quiet ?? null} busy={busy.value} run={run} />}
    </div>
  )
}

/** The services of browsers want to know whom to write to; it is asked once. */
function TurnOn({contact, busy, onTurn}: {contact: string; busy: boolean; onTurn: (contact: string) => void}) {
  const address = useSignal(contact.replace('mailto:', ''))
  const turn = (event: Event) => {
    event.preventDefault()
    onTurn(address.value.includes('@') ? `mailto:${address.value.trim()}` : address.value.trim())
  }
  return (
    <form class="stack stack-close" onSubmit={turn}>
      <div class="field">
        <label for="push-contact">{says.told.contact}</label>
        <input
          id="push-contact"
          class="input"
          type="email"
          required
          autocomplete="email"
          value={address.value}
          onInput={event => (address.value = event.currentTarget.value)}
        />
      </div>
      <p class="hint">{says.told.contactHint}</p>
      <button type="submit" class="button button-main" disabled={busy}>{says.told.turnOn}</button>
    </form>
  )
}

interface OnProps {
  notifications: Notifications
  quiet: QuietHours | null
  busy: boolean
  run: (work: () => Promise<unknown>) => Promise<void>
}

function On({notifications, quiet, busy, run}: OnProps) {
  const tried = useSignal('')
  const contact = notifications.known.value?.contact ?? ''
  const keep = (quiet: QuietHours | null) => void run(() => notifications.turnOn({contact, quiet}))
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const set = (change: Partial<QuietHours>) => quiet && keep({...quiet, ...change})
  const test = () =>
    run(async () => {
      tried.value = ''
      const sent = await notifications.test()
      tried.value = 'refused' in sent ? says.told.refused(sent.refused) : sent.arrived ? says.told.arrived : says.told.lost
    })
  return (
    <div class="stack stack-close">
      <label class="choice">
        <input type="checkbox" checked={quiet !== null} disabled={busy} onChange={() => keep(quiet ? null : {...NIGHT, zone})} />
        <span>{says.told.quiet}</span>
      </label>
      {quiet && (
        <p class="quiet-hours">
          <input type="time" class="input" aria-label={says.told.from} disabled={busy} value={quiet.start} onChange={event => set({start: event.currentTarget.value})} />
          {says.told.until}
          <input type="time" class="input" aria-label={says.told.to} disabled={busy} value={quiet.end} onChange={event => set({end: event.currentTarget.value})} />
        </p>
      )}
      <div class="actions">
        <button type="button" class="button" disabled={busy} onClick={test}>{says.told.test}</button>
        <button type="button" class="button" disabled={busy} onClick={() => run(() => notifications.turnOff())}>{says.told.turnOff}</button>
      </div>
      <p role="status" class="hint">{tried.value}</p>
    </div>
  )
}

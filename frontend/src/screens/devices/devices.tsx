import {useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Device} from '../../lib/types'
import {words} from '../../app/strings'
import {ago} from '../../app/time'
import {useAnswer} from '../../ui/answer'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {AddDevice} from './add-device'
import {says} from './strings'

const EVERY = 'all'

/** The paired devices, and how to unpair them. */
export function Devices({app}: {app: App}) {
  const [leaving, setLeaving] = useState<Device | typeof EVERY>()
  const [adding, setAdding] = useState(false)
  const {value: paired, error, again} = useAnswer(() => app.api.devices(), [])

  return (
    <>
      <Failure error={error} />
      {error && <button type="button" class="button" onClick={() => void again()}>{says.tryAgain}</button>}
      {paired && (
        <ul class="card choices">
          {paired.devices.map(device => (
            <li key={device.device_id} class="device">
              <Icon name={device.kind === 'token' ? 'terminal' : 'smartphone'} />
              <div class="device-text">
                <strong dir="auto">{device.name}</strong>
                <span class="hint">{about(device, paired.this_device)}</span>
              </div>
              {!app.readOnly.value && (
                <button type="button" class="plain wrong-ink" aria-label={says.revokeOne(device.name)} onClick={() => setLeaving(device)}>
                  {says.revoke}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!app.readOnly.value && (
        <div class="buttons buttons-long">
          <button type="button" class="button" onClick={() => setAdding(true)}><Icon name="plus" /> {says.add}</button>
          <button type="button" class="button button-danger" onClick={() => setLeaving(EVERY)}><Icon name="log-out" /> {says.revokeAll}</button>
        </div>
      )}
      {adding && (
        <AddDevice
          app={app}
          onClose={() => {
            setAdding(false)
            void again()
          }}
        />
      )}
      {leaving && (
        <Revoke
          app={app}
          leaving={leaving}
          self={leaving === EVERY || leaving.device_id === paired?.this_device}
          onDone={() => void again()}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </>
  )
}

function about(device: Device, thisDevice: string): string {
  const here = device.device_id === thisDevice
  return [
    here ? says.thisOne : says.seen(ago(device.last_seen, Date.now(), 'long')),
    device.kind === 'token' && says.token,
    device.scope === 'read' && says.readOnly,
    !here && device.address,
  ].filter(Boolean).join(' · ')
}

interface RevokeProps {
  app: App
  leaving: Device | typeof EVERY
  /** Whether this device is among them. */
  self: boolean
  onDone: () => void
  onClose: () => void
}

function Revoke({app, leaving, self, onDone, onClose}: RevokeProps) {
  const task = useTask()
  const every = leaving === EVERY
  const revoke = async () => {
    await app.api.revoke(every ? EVERY : leaving.device_id)
    if (self) app.unauthorized()
    else onDone()
  }
  return (
    <Sheet title={every ? says.revokeAllTitle : says.revokeTitle(leaving.name)} onClose={onClose}>
      <div class="stack">
        <p>{every ? says.revokeAllText : self ? says.revokeThis : says.revokeText}</p>
        <Failure error={task.error} />
        <div class="buttons">
          <button type="button" class="button button-thumb" onClick={onClose}>{words.cancel}</button>
          <button type="button" class="button button-thumb button-danger" disabled={task.busy} onClick={() => void task.run(revoke, onClose)}>
            {says.revoke}
          </button>
        </div>
      </div>
    </Sheet>
  )
}

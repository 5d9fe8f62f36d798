import {useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Invitation} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {says} from './strings'

/** A code that pairs one other device. */
export function AddDevice({app, onClose}: {app: App; onClose: () => void}) {
  const [scope, setScope] = useState<'full' | 'read'>('full')
  const [invited, setInvited] = useState<Invitation>()
  const task = useTask(app)
  const make = async () => setInvited(await task.run(() => app.api.pairNew(scope)))

  return (
    <Sheet title={says.add} onClose={onClose}>
      {invited ? <Invited app={app} invited={invited} /> : (
        <div class="stack">
          <fieldset class="field">
            <legend>{says.addScope}</legend>
            <div class="card choices">
              <label class="choice">
                <input type="radio" name="scope" checked={scope === 'full'} onChange={() => setScope('full')} />
                <span>{says.addFull}</span>
              </label>
              <label class="choice">
                <input type="radio" name="scope" checked={scope === 'read'} onChange={() => setScope('read')} />
                <span>{says.addRead}</span>
              </label>
            </div>
          </fieldset>
          <Failure error={task.error} />
          <button type="button" class="button button-main button-thumb" disabled={task.busy} onClick={() => void make()}>
            {says.addMake}
          </button>
        </div>
      )}
    </Sheet>
  )
}

function Invited({app, invited}: {app: App; invited: Invitation}) {
  const [outcome, setOutcome] = useState('')
  const {url, code, expires_at, setup_url, words} = invited
  const minutes = Math.max(1, Math.round((Date.parse(expires_at) - Date.now()) / 60_000))

  const copy = async () => {
    const copied = (await copyText(url)) ? says.copied : says.notCopied
    setOutcome(copied)
    app.announce(copied)
  }
  const share = () => navigator.share({url}).catch(() => {}) // the user changed his mind
  return (
    <div class="stack">
      <p>{says.addText}</p>
      <p class="invitation-code" dir="ltr" translate={false}>{code}</p>
      <p class="invitation-url" dir="ltr" translate={false}>{url}</p>
      {isLocal(url) && <p class="note"><Icon name="triangle-alert" /><span>{says.localOnly}</span></p>}
      <div class="buttons">
        {'share' in navigator && (
          <button type="button" class="button button-main" onClick={() => void share()}><Icon name="share-2" /> {says.share}</button>
        )}
        <button type="button" class="button" onClick={() => void copy()}><Icon name="copy" /> {outcome || says.copy}</button>
      </div>
      <p class="hint">{says.addOnce(minutes)}</p>
      {setup_url && <p class="hint">{says.addSetup} <bdi dir="ltr">{setup_url}</bdi></p>}
      {words && <p class="hint">{says.addWords} <strong>{words}</strong></p>}
    </div>
  )
}

/** Whether the address means the computer it is opened on. */
function isLocal(url: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(url)
}

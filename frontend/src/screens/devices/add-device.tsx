import {useEffect, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import {words} from '../../app/strings'
import type {Invitation} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {says} from './strings'

/** Squares of white around a QR code, which readers need. */
const QUIET = 4
/** Milliseconds between two looks at whether the code was used. */
const LOOKS = 3000

/** A code that pairs one other device. */
export function AddDevice({app, onClose}: {app: App; onClose: () => void}) {
  const [scope, setScope] = useState<'full' | 'read'>('full')
  const [invited, setInvited] = useState<Invitation>()
  const task = useTask()
  const make = async () => setInvited(await task.run(() => app.api.pairNew(scope)))

  return (
    <Sheet title={says.add} onClose={onClose}>
      {invited ? <Invited key={invited.code} app={app} invited={invited} again={() => setInvited(undefined)} onClose={onClose} /> : (
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

interface InvitedProps {
  app: App
  invited: Invitation
  again: () => void
  onClose: () => void
}

function Invited({app, invited, again, onClose}: InvitedProps) {
  const [outcome, setOutcome] = useState('')
  const {url, code, qr, expires_at, setup_url, words: authority} = invited
  const left = useLeft(Date.parse(expires_at))
  const paired = usePaired(app, left > 0)

  const copy = async () => {
    const copied = (await copyText(url)) ? says.copied : says.notCopied
    setOutcome(copied)
    app.announce(copied)
  }
  const share = () => navigator.share({url}).catch(() => {}) // the user changed his mind
  if (paired) {
    return (
      <div class="stack">
        <p role="status"><Icon name="circle-check" /> {says.addPaired(paired)}</p>
        <button type="button" class="button button-main button-thumb" onClick={onClose}>{words.done}</button>
      </div>
    )
  }
  if (!left) {
    return (
      <div class="stack">
        <p role="status">{says.addOver}</p>
        <button type="button" class="button button-main button-thumb" onClick={again}>{says.addAgain}</button>
      </div>
    )
  }
  return (
    <div class="stack">
      <p>{says.addText}</p>
      <Squares rows={qr} />
      <p class="invitation-code" dir="ltr" translate={false}>{code}</p>
      <p class="invitation-url" dir="ltr" translate={false}>{url}</p>
      {isLocal(url) && <p class="note"><Icon name="triangle-alert" /><span>{says.localOnly}</span></p>}
      <div class="buttons">
        {'share' in navigator && (
          <button type="button" class="button button-main" onClick={() => void share()}><Icon name="share-2" /> {says.share}</button>
        )}
        <button type="button" class="button" onClick={() => void copy()}><Icon name="copy" /> {outcome || says.copy}</button>
      </div>
      <p class="hint">{says.addOnce(clockOf(left))}</p>
      {setup_url && <p class="hint">{says.addSetup} <bdi dir="ltr">{setup_url}</bdi></p>}
      {authority && <p class="hint">{says.addWords} <strong>{authority}</strong></p>}
    </div>
  )
}

/** A QR code, dark on white in every theme: many readers know no other. */
function Squares({rows}: {rows: string[]}) {
  const size = rows.length + 2 * QUIET
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map(({0: run, index: x}) => `M${x} ${y}h${run.length}v1h-${run.length}z`))
  return (
    <svg class="invitation-qr" role="img" aria-label={says.addPicture} viewBox={`-${QUIET} -${QUIET} ${size} ${size}`} shape-rendering="crispEdges">
      <path fill="currentColor" d={path.join('')} />
    </svg>
  )
}

/** The seconds until then, by the second. */
function useLeft(until: number): number {
  const seconds = () => Math.max(0, Math.ceil((until - Date.now()) / 1000))
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    const timer = setInterval(() => setLeft(seconds()), 1000)
    return () => clearInterval(timer)
  }, [until])
  return left
}

/** The name of the device that was paired since, looked for while *wanted*. */
function usePaired(app: App, wanted: boolean): string {
  const [paired, setPaired] = useState('')
  useEffect(() => {
    if (!wanted || paired) return
    let before: Set<string> | undefined
    const look = async () => {
      const {devices} = await app.api.devices()
      const fresh = before && devices.find(({device_id}) => !before?.has(device_id))
      before ??= new Set(devices.map(({device_id}) => device_id))
      if (fresh) setPaired(fresh.name)
    }
    const again = () => void look().catch(() => {})
    again()
    const timer = setInterval(again, LOOKS)
    return () => clearInterval(timer)
  }, [wanted, paired])
  return paired
}

/** `4:05`. */
function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`
}

/** Whether the address means the computer it is opened on. */
function isLocal(url: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(url)
}

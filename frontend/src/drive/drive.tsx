import '../style/drive.css'

import {useSignal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo} from 'preact/hooks'

import type {App} from '../app/app'
import {Icon} from '../ui/icon'
import {HoldButton} from './hold'
import {makeDrive} from './start'
import {words} from './strings'

/** Four targets that a thumb finds without eyes, and next to nothing to read. */
export function Drive({app, sessionId}: {app: App; sessionId: string}) {
  const leave = () => app.go('/')
  const wheel = useMemo(() => makeDrive(app, leave), [app])
  const begun = useSignal(false)
  const tapped = useSignal(false)
  useEffect(() => {
    // The colours of the page are chosen at its root.
    const {dataset} = document.documentElement
    dataset.theme = 'dark'
    return () => void (dataset.theme = app.preferences.theme.peek())
  }, [])
  useLayoutEffect(() => () => wheel.close(), [wheel])

  const {driver, phase} = wheel
  const begin = () => {
    begun.value = true
    wheel.begin(sessionId)
  }
  const session = app.sessions.value.find(({session_id}) => session_id === wheel.sessionId.value)
  const problem = wheel.problem.value || (tapped.value ? words.holdOn : '')
  return (
    <div class="drive" lang={wheel.language} data-phase={begun.value ? phase.value : 'off'}>
      <h1 class="visually-hidden">{words.title}</h1>
      {begun.value ? (
        <button type="button" class="drive-talk" onClick={() => driver.tapTalk()}>
          <Icon name="mic" />
          <span class="visually-hidden">{words.talk}: </span>
          <span class="drive-phase">{words.phases[phase.value]}</span>
          {session && <bdi class="drive-session">{app.titleOf(session)}</bdi>}
        </button>
      ) : (
        <button type="button" class="drive-talk" onClick={begin}>
          <Icon name="mic" />
          <span class="drive-phase">{words.begin}</span>
          <span class="drive-session">{words.law} {wheel.usesJanus.value ? wheel.soundTo.value : words.soundTo[wheel.local.value ? 'device' : 'browser']}</span>
        </button>
      )}
      <p class="drive-problem" role="alert">{problem || wheel.soundTo.value}</p>
      <button type="button" class="drive-repeat" disabled={!begun.value} onClick={() => driver.tapRepeat()}>
        <Icon name="rotate-ccw" /> {words.repeat}
      </button>
      <button type="button" class="drive-stop" disabled={!begun.value} onClick={() => driver.tapStop()}>
        <Icon name="square" /> {words.stop}
      </button>
      <HoldButton class="drive-exit" onHeld={leave} onTapped={() => (tapped.value = true)}>
        <Icon name="log-out" /> {words.exit}
      </HoldButton>
    </div>
  )
}

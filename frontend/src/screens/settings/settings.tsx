/** Preferences of this device, paired devices, and what helps when something does not work. */

import {base} from '../../lib/base'
import '../../style/settings.css'

import {useSignal, type Signal} from '@preact/signals'
import type {ComponentChildren} from 'preact'
import {useEffect, useId} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {HANDS, TEXT_SIZES, THEMES} from '../../app/preferences'
import {words} from '../../app/strings'
import {Devices} from '../devices/devices'
import {Diagnostics} from './diagnostics'
import {NotificationSettings} from './notifications'
import {Icon, type IconName} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import {says} from './strings'
import {says as machines} from '../../chat/machine-strings'
import {Switch} from '../../ui/switch'
import {VoiceSettings} from './voice-settings'

const Machines = lazy(async () => (await import('./machine-sheet')).Machines)
const HowItGoes = lazy(async () => (await import('./how-it-goes')).HowItGoes)

export function Settings({frame}: {frame: Frame}) {
  const {app, refreshServerInfo} = frame
  const {theme, textSize, hand, enterSends, letterKeys, readAloud, sounds, vibration, stayAwake} = app.preferences
  useEffect(() => void refreshServerInfo(), [])
  const canVibrate = 'vibrate' in navigator
  const canStayAwake = 'wakeLock' in navigator

  return (
    <div class="settings">
      <header class="bar">
        <button type="button" class="plain" aria-label={words.back} onClick={() => app.go('/')}>
          <Icon name="chevron-left" />
        </button>
        <h1>{words.settings}</h1>
      </header>
      <div class="settings-body">
        <Row icon="monitor" title={says.computer} state={app.connection.reached.value ? words.connected : words.notConnected}>
          <Connection />
          <About frame={frame} />
        </Row>
        {app.fleet.machines.value.length > 0 && <Row icon="monitor" title={machines.title}><Machines app={app} /></Row>}
        <Row icon="smartphone" title={says.devices}><Devices app={app} /></Row>
        <Row icon="bell" title={says.told.title}>
          <NotificationSettings app={app} />
          <div class="card choices">
            <Switch title={says.signals.sounds} hint={says.signals.soundsHint} value={sounds} />
            <Switch title={says.signals.vibration} hint={canVibrate ? '' : says.signals.noVibration} value={vibration} off={!canVibrate} />
          </div>
        </Row>
        <Row icon="volume-2" title={says.voice.title} state={readAloud.value ? says.voice.readAloud : ''}><VoiceSettings app={app} /></Row>
        <Row icon="sun" title={says.look.title} state={says.look.themes[theme.value]}>
          <div class="card choices">
            <OneOf title={says.look.theme} names={says.look.themes} choices={THEMES} value={theme} />
            <OneOf title={says.look.size} names={says.look.sizes} choices={TEXT_SIZES} value={textSize} />
            <OneOf title={says.look.hand} names={says.look.hands} choices={HANDS} value={hand} />
          </div>
          <div class="card choices">
            <Switch title={says.typing.enter} hint={says.typing.enterHint} value={enterSends} />
            <Switch title={words.keys.letters} hint={words.keys.lettersHint} value={letterKeys} />
            <Switch
              title={says.signals.stayAwake}
              hint={canStayAwake ? says.signals.stayAwakeHint : says.signals.noStayAwake}
              value={stayAwake}
              off={!canStayAwake}
            />
          </div>
        </Row>
        <Row icon="list-checks" title={says.goes.title}><HowItGoes /></Row>
        <Row icon="wrench" title={says.diagnostics.title}><Diagnostics app={app} /></Row>
      </div>
    </div>
  )
}

/** A subject, and behind it what can be set; drawn when it is opened. */
function Row({icon, title, state = '', children}: {icon: IconName; title: string; state?: string; children: ComponentChildren}) {
  const id = useId()
  const open = useSignal(false)
  return (
    <section aria-labelledby={id}>
      <details class="card setting-row" onToggle={event => (open.value = event.currentTarget.open)}>
        <summary>
          <Icon name={icon} />
          <h2 id={id}>{title}</h2>
          {state && <span class="hint">{state}</span>}
          <Icon name="chevron-right" class="turning icon-directed" />
        </summary>
        {open.value && <div class="setting-inside stack">{children}</div>}
      </details>
    </section>
  )
}

/** What works over this connection, and what needs HTTPS. */
function Connection() {
  const secure = globalThis.isSecureContext
  const {text, secure: more, missing, howTo} = says.connection
  return (
    <div class="card connection">
      <p><Icon name="check" class="good-ink" /> <span>{text}</span></p>
      <p>
        <Icon name={secure ? 'check' : 'x'} class={secure ? 'good-ink' : 'wrong-ink'} />
        <span>{secure ? more : missing}</span>
      </p>
      {!secure && <a class="button" href={`${base}/setup`}>{howTo}</a>}
    </div>
  )
}

interface OneOfProps<T extends string> {
  title: string
  names: Record<T, string>
  choices: readonly T[]
  value: Signal<T>
}

/** A few choices, side by side. */
function OneOf<T extends string>({title, names, choices, value}: OneOfProps<T>) {
  const name = useId()
  return (
    <fieldset class="one-of">
      <legend>{title}</legend>
      <div class="segments">
        {choices.map(choice => (
          <label key={choice} class="segment">
            <input type="radio" name={name} checked={value.value === choice} onChange={() => (value.value = choice)} />
            <span>{names[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function About({frame: {app}}: {frame: Frame}) {
  const well = app.health.value
  const {version, agent, sessions, ofMost, storage, fine, unknown, icons} = says.about
  if (!well) return <p class="hint">{unknown}</p>
  return (
    <div class="card about stack">
      <dl class="facts">
        <dt>{version}</dt><dd>{well.version}</dd>
        <dt>{agent}</dt><dd dir="auto">{[well.agent?.name, well.agent?.version].filter(Boolean).join(' ')}</dd>
        <dt>{sessions}</dt><dd>{ofMost(well.active_sessions ?? 0, well.max_sessions ?? 0)}</dd>
        <dt>{storage}</dt><dd>{well.storage?.ok ? fine : well.storage?.message}</dd>
      </dl>
      {well.agent?.message && <p class="hint" dir="auto">{well.agent.message}</p>}
      <p class="hint">{icons}</p>
    </div>
  )
}

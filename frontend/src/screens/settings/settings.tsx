/** Preferences of this device, paired devices, and what helps when something does not work. */

import '../../style/settings.css'

import type {Signal} from '@preact/signals'
import type {ComponentChildren} from 'preact'
import {useEffect, useId} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {HANDS, TEXT_SIZES, THEMES} from '../../app/preferences'
import {words} from '../../app/strings'
import {Devices} from '../devices/devices'
import {Diagnostics} from './diagnostics'
import {Icon} from '../../ui/icon'
import {says} from './strings'
import {Switch} from '../../ui/switch'
import {VoiceSettings} from './voice-settings'

export function Settings({frame}: {frame: Frame}) {
  const {app, refreshServerInfo} = frame
  const {theme, textSize, hand, enterSends, sounds, vibration, stayAwake} = app.preferences
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
        <Section title={says.connection.title}><Connection /></Section>
        <Section title={says.look.title}>
          <div class="card choices">
            <OneOf title={says.look.theme} names={says.look.themes} choices={THEMES} value={theme} />
            <OneOf title={says.look.size} names={says.look.sizes} choices={TEXT_SIZES} value={textSize} />
            <OneOf title={says.look.hand} names={says.look.hands} choices={HANDS} value={hand} />
          </div>
        </Section>
        <Section title={says.voice.title}><VoiceSettings app={app} /></Section>
        <Section title={says.signals.title}>
          <div class="card choices">
            <Switch title={says.signals.sounds} hint={says.signals.soundsHint} value={sounds} />
            <Switch title={says.signals.vibration} hint={canVibrate ? '' : says.signals.noVibration} value={vibration} off={!canVibrate} />
            <Switch
              title={says.signals.stayAwake}
              hint={canStayAwake ? says.signals.stayAwakeHint : says.signals.noStayAwake}
              value={stayAwake}
              off={!canStayAwake}
            />
          </div>
        </Section>
        <Section title={says.typing.title}>
          <div class="card choices">
            <Switch title={says.typing.enter} hint={says.typing.enterHint} value={enterSends} />
          </div>
        </Section>
        <Section title={says.devices}><Devices app={app} /></Section>
        <Section title={says.about.title}><About frame={frame} /></Section>
        <Section title={says.diagnostics.title}><Diagnostics app={app} /></Section>
      </div>
    </div>
  )
}

function Section({title, children}: {title: string; children: ComponentChildren}) {
  const id = useId()
  return (
    <section class="stack stack-close" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
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
      {!secure && <a class="button" href="/setup">{howTo}</a>}
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

import {useEffect, useMemo, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import {ENGINES, TONGUES} from '../../app/preferences'
import type {VoiceState} from '../../lib/types'
import {Recognizer} from '../../voice/recognizer'
import {Speaker} from '../../voice/speaker'
import {Icon} from '../../ui/icon'
import {says} from './strings'
import {Switch} from '../../ui/switch'

const text = says.voice

type Engine = (typeof ENGINES)[number]

/** How answers are read aloud, and where the sound goes. */
export function VoiceSettings({app}: {app: App}) {
  const {readAloud, rate, voice, drivesIn} = app.preferences
  const speaker = useMemo(() => new Speaker(), [])
  const [, draw] = useState(0)
  useEffect(() => {
    // Browsers load their voices late.
    const stop = speaker.onChange(() => draw(count => count + 1))
    return () => {
      stop()
      speaker.stop()
    }
  }, [speaker])
  const voices = speaker.voices()

  const playSample = () => {
    speaker.rate = rate.value
    speaker.voice = voice.value
    speaker.speak([text.sample])
  }
  return (
    <>
      <div class="card choices">
        <Switch title={text.readAloud} hint={text.readAloudHint} value={readAloud} />
        <div class="setting">
          <label for="rate">{text.rate}</label>
          <output for="rate">{text.rateOf(rate.value)}</output>
          <input
            id="rate"
            class="slider"
            type="range"
            min="0.8"
            max="2"
            step="0.1"
            value={rate}
            onInput={event => (rate.value = Number(event.currentTarget.value))}
          />
        </div>
        {voices.length > 0 && (
          <div class="setting">
            <label for="voice">{text.voice}</label>
            <select id="voice" class="input" value={voice} onChange={event => (voice.value = event.currentTarget.value)}>
              <option value="">{text.best}</option>
              {voices.map(({voiceURI, name, localService}) => (
                <option key={voiceURI} value={voiceURI}>{name} ({localService ? text.onDevice : text.online})</option>
              ))}
            </select>
          </div>
        )}
        <div class="setting">
          <label for="drives-in">{text.drivesIn}</label>
          <select id="drives-in" class="input" value={drivesIn} onChange={event => (drivesIn.value = event.currentTarget.value as typeof drivesIn.value)}>
            {TONGUES.map(it => <option key={it} value={it}>{text.tongues[it]}</option>)}
          </select>
        </div>
        <div class="setting">
          <button type="button" class="button" disabled={!speaker.supported} onClick={playSample}>
            <Icon name="volume-2" /> {text.try}
          </button>
          <output class="hint">{speaker.problem}</output>
        </div>
      </div>
      <Engines app={app} />
      <p class="hint">{text.privacySpoken}</p>
      <p class="hint">{text.privacy}</p>
      <Microphone app={app} />
    </>
  )
}

/** Who hears and speaks, where Janus could do it. */
function Engines({app}: {app: App}) {
  const [engines, setEngines] = useState<Partial<VoiceState>>({})
  useEffect(() => {
    let here = true
    app.api.spoken.voice().then(found => here && setEngines(found), () => {})
    return () => void (here = false)
  }, [])
  const {hears, speaks} = app.preferences
  const rows = [['hears', hears, engines.transcribe], ['speaks', speaks, engines.speak]] as const
  if (!engines.transcribe && !engines.speak) return null
  return (
    <div class="card choices">
      {rows.map(([id, value, engine]) => engine && (
        <div class="setting" key={id}>
          <label for={id}>{text[id]}</label>
          <select id={id} class="input" value={value} onChange={event => (value.value = event.currentTarget.value as Engine)}>
            {ENGINES.map(it => <option key={it} value={it}>{text.engines[it]}</option>)}
          </select>
          <p class="hint">{text.engine(engine.name.split('/').at(-1)!, engine.leaves)}</p>
        </div>
      ))}
    </div>
  )
}

/** Why this browser cannot listen, and a way to try again. */
function Microphone({app}: {app: App}) {
  const [tried, setTried] = useState(0)
  const recognizer = useMemo(() => new Recognizer(), [tried])
  const {problem} = recognizer.available()
  if (!problem) return null
  return (
    <div class="note note-quiet">
      <Icon name="mic-off" />
      <div class="stack stack-close">
        <p>{problem.message}</p>
        {problem.code === 'broken' && (
          <button
            type="button"
            class="button"
            onClick={() => {
              recognizer.forgetFailures()
              setTried(tried + 1)
              app.announce(text.againDone)
            }}
          >
            {text.again}
          </button>
        )}
      </div>
    </div>
  )
}

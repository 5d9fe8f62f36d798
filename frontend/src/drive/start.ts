/** Builds a drive of the engines of this browser. */
import {batch, effect, signal} from '@preact/signals'

import type {App} from '../app/app'
import {Earcons} from '../voice/earcons'
import {recognizer} from '../voice/recognizer'
import {Speaker} from '../voice/speaker'
import {ScreenLock} from '../voice/wake-lock'
import {BrowserEars, BrowserMouth, SpeechRecorder} from './audio'
import {Connected} from './connected'
import {Driver} from './driver'
import {clock} from './engines'
import {listenToHeadset} from './headset'
import type {Shown} from './parts'
import {words} from './strings'

/** It begins a little quieter, so that there is something louder. */
const VOLUME = 0.8

export type Wheel = ReturnType<typeof makeDrive>

export function makeDrive(app: App, leave: () => void) {
  const phase = signal<Shown>('quiet')
  const sessionId = signal('')
  const problem = signal('')
  /** Where the sound goes. */
  const soundTo = signal('')
  const {rate, voice} = app.preferences
  const speaker = new Speaker()
  const earcons = new Earcons()
  const screen = new ScreenLock()
  const ears = recognizer()
  const language = document.documentElement.lang || navigator.language
  const endings: (() => void)[] = []
  speaker.volume = VOLUME
  speaker.rate = rate.peek()
  endings.push(effect(() => void (speaker.voice = voice.value)))

  const connected = new Connected(app, view => driver.look(view))
  const recorder = new SpeechRecorder(app.api, () => ({sessionId: sessionId.peek(), language: language.slice(0, 2)}))
  const driver: Driver = new Driver(
    {
      clock,
      mouth: new BrowserMouth(speaker, message => (problem.value = message)),
      ears: new BrowserEars(ears),
      janus: connected,
      language,
      cue: cue => earcons.play(cue),
      pace: change => (speaker.rate = Math.min(2, Math.max(0.5, speaker.rate + change))),
      louder() {
        const could = speaker.volume < 1
        speaker.volume = 1
        return could
      },
      leave,
    },
    {
      phase: now => (phase.value = now),
      session: id => (sessionId.value = id),
      problem: message => (problem.value = message),
    },
  )

  /** A spoken yes is heard twice where Janus has an engine for that. */
  async function askForEngine(): Promise<void> {
    const {transcribe} = await app.api.spoken.voice()
    if (!transcribe || !SpeechRecorder.supported) return
    driver.parts.recorder = recorder
    soundTo.value = transcribe.leaves ? words.soundTo.service : words.soundTo.janus
  }

  return {
    driver,
    phase,
    sessionId,
    problem,
    soundTo,
    /** Call it during a tap: without one, browsers are silent, and deaf. */
    begin(wanted: string) {
      batch(() => {
        const {ok, problem: obstacle} = ears.available()
        if (!ok) problem.value = obstacle?.message ?? ''
      })
      speaker.prime()
      earcons.prime()
      void screen.request()
      endings.push(
        listenToHeadset(words.title, {
          talk: () => driver.tapTalk(),
          next: () => driver.tapNext(),
          repeat: () => driver.tapRepeat(),
        }),
      )
      const woken = () => {
        if (document.visibilityState !== 'visible') return
        earcons.prime()
        driver.wake()
      }
      const stop = new AbortController()
      document.addEventListener('visibilitychange', woken, {signal: stop.signal})
      navigator.mediaDevices?.addEventListener('devicechange', woken, {signal: stop.signal})
      endings.push(() => stop.abort())
      void askForEngine().catch(() => {})
      void driver.begin(wanted)
    },
    /** May be called twice. */
    close() {
      driver.close()
      connected.close()
      recorder.close()
      ears.abort()
      speaker.stop()
      void screen.release()
      for (const end of endings.splice(0)) end()
    },
  }
}

/** Builds a drive of the engines of this browser, and of those of Janus. */
import {batch, computed, signal} from '@preact/signals'

import type {App} from '../app/app'
import {voiceEngines} from '../app/voice-engines'
import type {VoiceState} from '../lib/types'
import {Earcons} from '../voice/earcons'
import {OpenMicrophone} from '../voice/open-microphone'
import {RecordingRecognizer} from '../voice/recording-recognizer'
import {Recordings} from '../voice/recordings'
import {recognizer} from '../voice/recognizer'
import {ScreenLock} from '../voice/wake-lock'
import {RecognizingEars, SpeechRecorder} from '../voice/audio'
import {ChosenEars} from '../voice/chosen'
import {Connected} from './connected'
import {Driver} from './driver'
import {clock} from '../voice/engines'
import {listenToHeadset} from './headset'
import {sendLate} from './late'
import {makeMouth} from '../chat/aloud/mouth'
import type {Shown} from './parts'
import {says, speakIn, words} from './strings'

/** It begins a little quieter, so that there is something louder. */
const VOLUME = 0.8

export type Wheel = ReturnType<typeof makeDrive>

export function makeDrive(app: App, leave: () => void) {
  const phase = signal<Shown>('quiet')
  const sessionId = signal('')
  const problem = signal('')
  /** The engines of Janus, as far as is known. */
  const engines = signal<Partial<VoiceState>>({})
  const {hears, drivesIn} = app.preferences
  const {spoken} = app.api
  const {link} = app.connection
  const endings: (() => void)[] = []
  const language = drivesIn.peek() || document.documentElement.lang || navigator.language
  const code = language.slice(0, 2).toLowerCase()
  speakIn(language)
  const earcons = new Earcons()
  const screen = new ScreenLock()
  const complain = (message: string) => void (problem.value = message)

  const voice = makeMouth(app, {
    language,
    engines: () => engines.peek(),
    complain,
    standing: [says.kept, says.sent, says.lost],
    waits(waits) {
      // A session that is open tells that as well.
      if (waits === (problem.peek() === says.lost)) return
      if (waits) earcons.play('lost')
      complain(waits ? says.lost : '')
    },
  })
  voice.volume = VOLUME

  const browsers = recognizer()
  browsers.lang = language
  const local = signal(false)
  void browsers.askLocal().then(found => (local.value = found))
  const microphone = new OpenMicrophone()
  const recordings = new Recordings(spoken, link)
  const about = () => ({sessionId: sessionId.peek(), language: code, use: driver.answering ? ('answer' as const) : ('drive' as const)})
  const recording = new RecordingRecognizer(microphone, recordings, {about, supported: OpenMicrophone.supported})
  const browserEars = new RecognizingEars(browsers)
  const janusEars = new RecognizingEars(recording)
  const failed = signal(false)
  const works = () => !failed.value && browsers.available().ok
  const hasEars = () => Boolean(engines.value.transcribe) && OpenMicrophone.supported
  const usesJanus = computed(() => hasEars() && (hears.value === 'janus' || (hears.value === 'auto' && !works())))
  const ears = new ChosenEars({
    browser: browserEars,
    janus: () => (hasEars() ? janusEars : undefined),
    preferred: () => hears.peek(),
    works,
    fails: () => (failed.value = true),
  })
  /** Where the sound goes. */
  const soundTo = computed(() => {
    const {transcribe} = engines.value
    if (!transcribe || !SpeechRecorder.supported) return ''
    return words[usesJanus.value ? 'heardBy' : 'soundTo'][transcribe.leaves ? 'service' : 'janus']
  })

  const connected = new Connected(app, view => driver.look(view))
  const recorder = new SpeechRecorder(app.api, about)
  const driver: Driver = new Driver(
    {
      clock,
      mouth: voice.mouth,
      ears,
      janus: connected,
      language,
      cue: cue => earcons.play(cue),
      pace: change => void (voice.rate = Math.min(2, Math.max(0.5, voice.rate + change))),
      louder() {
        const could = voice.volume < 1
        voice.volume = 1
        return could
      },
      leave,
    },
    {
      phase: now => (phase.value = now),
      session: id => (sessionId.value = id),
      problem: complain,
    },
  )

  /** A spoken yes is heard by the engine of Janus; a second time where the first was the browser's. */
  let once = false
  const heardAgain = {
    start() {
      once = recording.state !== 'idle'
      if (!once) recorder.start()
    },
    finish: async () => (once ? recording.transcriptId : await recorder.finish()),
  }
  // It is known before the tap: what begins with that cannot wait.
  const known = () => void voiceEngines(app).then(found => {
    engines.value = found
    if (found.transcribe && SpeechRecorder.supported) driver.parts.recorder = heardAgain
  })
  known()
  endings.push(app.connection.whenBack(known))

  return {
    driver,
    language,
    phase,
    sessionId,
    problem,
    soundTo,
    /** What is said stays on the phone, where the browser hears it. */
    local,
    usesJanus,
    /** Call it during a tap: without one, browsers are silent, and deaf. */
    begin(wanted: string) {
      batch(() => {
        const {ok, problem: obstacle} = browsers.available()
        if (!ok && !usesJanus.peek()) complain(obstacle?.message ?? '')
      })
      voice.prime()
      earcons.prime()
      if (usesJanus.peek()) microphone.prime()
      void screen.request()
      endings.push(
        listenToHeadset(words.title, {
          talk: () => driver.tapTalk(),
          next: () => driver.tapNext(),
          repeat: () => driver.tapRepeat(),
        }),
        recordings.onLate(({use}) => use !== 'composer', (speech, text) => sendLate(driver.parts, speech, text)),
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
      void driver.begin(wanted)
    },
    /** May be called twice. */
    close() {
      driver.close()
      connected.close()
      recorder.close()
      browsers.abort()
      browsers.lang = ''
      recording.abort()
      microphone.end()
      voice.close()
      void screen.release()
      for (const end of endings.splice(0)) end()
    },
  }
}

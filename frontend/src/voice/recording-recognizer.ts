/**
 * Speech to text by Janus: what the microphone hears is recorded, and sent at each pause.
 *
 *   idle ──start──▶ starting ──▶ listening ──stop, pause──▶ stopping ──understood──▶ idle
 *
 * A run is one recording: of somebody who goes on after a pause all of it is understood anew. It begins before the
 * tone that says so, and what was said is kept on the phone until it was understood.
 */
import type {ApiError} from '../lib/api-error'
import {newId} from '../lib/id'
import {Gate} from './gate'
import {Listeners} from './listeners'
import type {OpenMicrophone} from './open-microphone'
import {problem} from './problems'
import {Recording} from './recording'
import {isKept, type Recordings} from './recordings'
import type {KeptSpeech} from './speech-store'
import type {Availability, ListeningState, SpeechEvent, SpeechToText} from './speech-to-text'

/** Milliseconds: the longest that somebody speaks, and that it takes to understand him, with a model to be loaded. */
const [LONGEST, UNDERSTANDING] = [60_000, 80_000]
/** The tone that says so is no speech. */
const TONE = 400
/** What Janus says itself is not cancelled whole: who interrupts it is louder, and for longer. */
const INTERRUPTS = {factor: 4, quietest: 0.03, onset: 300}
/** Milliseconds in which nobody speaks, after which it is over. */
const NO_SPEECH_AFTER = 8000

export interface RecordingOptions {
  about: () => Pick<KeptSpeech, 'sessionId' | 'language' | 'use'>
  /** The first pause ends a run. */
  endsAtPause?: boolean
  supported?: boolean
}

export class RecordingRecognizer implements SpeechToText {
  state: ListeningState = 'idle'
  /** What Janus calls what it understood last. */
  transcriptId: string | undefined
  readonly #microphone: OpenMicrophone
  readonly #recordings: Recordings
  readonly #options: RecordingOptions
  readonly #listeners = new Listeners<SpeechEvent>()
  #recording: Recording | undefined
  /** Of the recordings of this run: the microphone may have been lost in between. */
  #ids: string[] = []
  /** What was understood of those before this one. */
  #before = ''
  #text = ''
  #gate = new Gate()
  /** Told of who interrupts. */
  #attending: (() => void) | undefined
  #run = 0
  /** All of it was sent to be understood. */
  #covered = false
  #understanding: Promise<void> | undefined
  #again = false
  #endLevels = () => {}
  #silence: ReturnType<typeof setTimeout> | undefined

  constructor(microphone: OpenMicrophone, recordings: Recordings, options: RecordingOptions) {
    this.#microphone = microphone
    this.#recordings = recordings
    this.#options = options
    microphone.onLost(() => void this.#lost())
  }

  available(): Availability {
    const code = !globalThis.isSecureContext ? 'insecure' : (this.#options.supported ?? true) ? null : 'unsupported'
    return {ok: !code, audioGoesTo: code ? null : 'janus', problem: code && problem(code)}
  }

  onEvent(listener: (event: SpeechEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  start(): void {
    if (this.state === 'stopping') this.#again = true
    if (this.state !== 'idle') return
    this.#text = this.#before = ''
    this.#ids = []
    this.transcriptId = undefined
    void this.#begin(++this.#run)
  }

  stop(): void {
    this.#again = false
    if (this.state === 'starting') this.abort()
    if (this.state === 'listening') void this.#finish(this.#run)
  }

  abort(): void {
    this.#again = false
    if (this.state === 'idle') return
    this.#text = ''
    this.#over()
  }

  /**
   * Call *interrupted* as soon as somebody speaks while Janus does, where the browser takes out Janus's own voice; a
   * `start` right after that has heard him from the beginning. Returns what ends it.
   */
  attend(interrupted: () => void): () => void {
    const {isOpen, echoCancelled} = this.#microphone
    if (this.state !== 'idle' || !isOpen || !echoCancelled) return () => {}
    this.#attending = interrupted
    void this.#attend(++this.#run, interrupted)
    return () => {
      if (this.#attending !== interrupted) return
      this.#attending = undefined
      this.#run++
      this.#drop()
    }
  }

  async #attend(run: number, interrupted: () => void): Promise<void> {
    const stream = await this.#microphone.open().catch(() => undefined)
    if (!stream || run !== this.#run) return stream && this.#microphone.close()
    this.#recording = new Recording(stream)
    this.#recording.begun.catch(() => {})
    this.#watch(new Gate(INTERRUPTS), happened => happened === 'began' && interrupted())
  }

  async #begin(run: number): Promise<void> {
    const attended = this.#recording
    this.#attending = undefined
    this.#covered = false
    this.#become('starting')
    try {
      const stream = attended ? undefined : await this.#microphone.open()
      if (run !== this.#run) return stream && this.#microphone.close()
      this.#recording ??= new Recording(stream!)
      await this.#recording.begun
    } catch (error) {
      if (run !== this.#run) return
      const denied = (error as DOMException).name === 'NotAllowedError'
      this.#listeners.tell({type: 'problem', problem: problem(denied ? 'not-allowed' : 'audio-capture')})
      return this.#over()
    }
    if (run !== this.#run) return
    this.#ids.push(newId())
    this.#become('listening')
    this.#gate = new Gate()
    this.#gate.speaking = attended !== undefined
    if (attended) this.#listeners.tell({type: 'busy', milliseconds: LONGEST})
    else if (this.#options.endsAtPause) this.#silence = setTimeout(() => this.#silent(), NO_SPEECH_AFTER)
    this.#watch(this.#gate, happened => this.#happened(happened), attended ? 0 : TONE)
  }

  #happened(happened: 'began' | 'ended'): void {
    clearTimeout(this.#silence)
    if (happened === 'began') {
      this.#covered = false
      this.#listeners.tell({type: 'busy', milliseconds: LONGEST})
    } else if (this.#options.endsAtPause) this.stop()
    else void this.#understand(this.#run, this.#recording!.soFar())
  }

  async #finish(run: number): Promise<void> {
    this.#become('stopping')
    this.#gate.speaking = false
    this.#listeners.tell({type: 'busy', milliseconds: UNDERSTANDING})
    if (this.#covered) await this.#understanding
    else if (this.#recording) await this.#understand(run, this.#recording.stop())
    if (run === this.#run) this.#silent()
  }

  #understand(run: number, sound: Promise<Blob>): Promise<void> {
    this.#covered = true
    this.#listeners.tell({type: 'busy', milliseconds: UNDERSTANDING})
    return (this.#understanding = this.#ask(run, sound))
  }

  async #ask(run: number, sound: Promise<Blob>): Promise<void> {
    const id = this.#ids.at(-1)!
    try {
      const blob = await sound
      if (!blob.size || run !== this.#run) return
      const {transcript_id, text} = await this.#recordings.hear({...this.#options.about(), id, blob, at: Date.now()})
      // Who speaks again is waited for.
      if (run !== this.#run || this.#gate.speaking) return
      // Of a part of what was said nobody concludes anything.
      this.transcriptId = this.#before ? undefined : transcript_id
      this.#text = [this.#before, text].filter(Boolean).join(' ')
      this.#listeners.tell({type: 'text', text: this.#text, sure: true})
    } catch (error) {
      if (run !== this.#run) return
      const [kept, {message}] = [isKept(error as ApiError), error as ApiError]
      this.#listeners.tell({type: 'problem', problem: kept ? problem('kept') : {...problem('unknown'), message}})
      this.#text = ''
      this.#over(kept)
    }
  }

  /** What was recorded is understood, and the rest is recorded if the microphone can be had again. */
  async #lost(): Promise<void> {
    if (this.state === 'idle') this.#drop()
    if (this.state === 'idle' && this.#attending) await this.#attend(++this.#run, this.#attending)
    if (this.state !== 'starting' && this.state !== 'listening') return
    if (this.state === 'starting') this.#run++
    const [run, recording, spoke] = [this.#run, this.#recording, this.state === 'listening' && this.#gate.speaking]
    this.#gate.speaking = false
    this.#endLevels()
    this.#recording = undefined
    if (spoke) void this.#understand(run, recording!.stop())
    else recording?.drop()
    await this.#understanding
    this.#before = this.#text
    if (run === this.#run) await this.#begin(run)
  }

  #silent(): void {
    if (!this.#text) this.#listeners.tell({type: 'problem', problem: problem('no-speech')})
    this.#over()
  }

  #over(kept = false): void {
    this.#run++
    this.#drop()
    clearTimeout(this.#silence)
    const [text, again, ids] = [this.#text, this.#again, this.#ids]
    this.#again = false
    this.#become('idle')
    this.#listeners.tell({type: 'end', text})
    // Whoever was told of the words keeps them by now.
    if (!kept) for (const id of ids) void this.#recordings.forget(id)
    if (again) this.start()
  }

  #drop(): void {
    this.#endLevels()
    this.#recording?.drop()
    if (this.#recording) this.#microphone.close()
    this.#recording = undefined
  }

  #watch(gate: Gate, then: (happened: 'began' | 'ended') => unknown, after = 0): void {
    this.#endLevels()
    let from: number | undefined
    this.#endLevels = this.#microphone.onLevel(({level, at}) => {
      const happened = at - (from ??= at) < after ? undefined : gate.feed(level, at)
      if (happened) then(happened)
    })
  }

  #become(state: ListeningState): void {
    this.state = state
    this.#listeners.tell({type: 'state', state})
  }
}

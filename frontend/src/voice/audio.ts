/** What speaks and hears in this browser, as the drive uses it. */
import type {Api} from '../lib/api'
import {HEARING} from './open-microphone'
import {Recording} from './recording'
import type {Speaker} from './speaker'
import type {SpeechToText} from './speech-to-text'
import type {Ears, Hearer, Mouth, Recorder} from './engines'

/** Speaks with the browser's voice, one utterance at a time. */
export class BrowserMouth implements Mouth {
  readonly #speaker: Speaker
  #done: ((said: boolean) => void) | undefined

  /** *onProblem* is told why nothing can be heard. */
  constructor(speaker: Speaker, onProblem: (message: string) => void) {
    this.#speaker = speaker
    speaker.onChange(() => {
      if (speaker.problem) onProblem(speaker.problem)
      // What is paused here waits for nobody: it could not be said.
      if (speaker.state === 'idle' || speaker.state === 'paused') this.#finish()
    })
  }

  say(text: string, done: (said: boolean) => void): void {
    this.#done = undefined
    if (this.#speaker.state !== 'idle') this.#speaker.stop()
    this.#done = done
    this.#speaker.append([text])
    // A browser without a voice says nothing, and does not say so either.
    if (this.#speaker.state === 'idle') setTimeout(() => done === this.#done && this.#finish())
  }

  stop(): void {
    this.#done = undefined
    this.#speaker.stop()
  }

  #finish(): void {
    const done = this.#done
    this.#done = undefined
    done?.(!this.#speaker.problem)
  }
}

/** Hears with the recogniser of the browser, or with that of Janus. */
export class RecognizingEars implements Ears {
  readonly #recognizer: SpeechToText & {attend?: Ears['attend']}
  #hearer: Hearer | undefined
  /** Begins when the run before it has ended. */
  #next: Hearer | undefined

  constructor(recognizer: SpeechToText & {attend?: Ears['attend']}) {
    this.#recognizer = recognizer
    recognizer.onEvent(event => {
      const hearer = this.#hearer
      switch (event.type) {
        case 'state':
          if (event.state === 'listening') hearer?.began()
          break
        case 'text':
          hearer?.text({text: event.text, sure: event.sure})
          break
        case 'busy':
          hearer?.busy(event.milliseconds)
          break
        case 'problem':
          if (event.problem.code === 'kept') hearer?.kept()
          // Silence is none, here.
          else if (event.problem.code !== 'no-speech') hearer?.trouble(event.problem.message, event.problem.again)
          break
        case 'end':
          this.#hearer = this.#next
          this.#next = undefined
          hearer?.end()
      }
    })
  }

  start(hearer: Hearer): void {
    if (this.#recognizer.state === 'idle') this.#hearer = hearer
    else this.#next = hearer
    this.#recognizer.start()
    // It reports an obstacle, and then no end.
    if (this.#recognizer.state === 'idle') setTimeout(() => this.#giveUp(hearer))
  }

  stop(): void {
    this.#recognizer.stop()
  }

  abort(): void {
    this.#recognizer.abort()
  }

  attend(interrupted: () => void): () => void {
    return this.#recognizer.attend?.(interrupted) ?? (() => {})
  }

  #giveUp(hearer: Hearer): void {
    if (this.#hearer !== hearer || this.#recognizer.state !== 'idle') return
    this.#hearer = undefined
    hearer.end()
  }
}

/** Records for the engine of Janus what the browser hears at the same time. */
export class SpeechRecorder implements Recorder {
  readonly #api: Api
  readonly #about: () => {sessionId: string; language: string}
  #running: Promise<{recording: Recording; stream: MediaStream} | undefined> | undefined

  constructor(api: Api, about: () => {sessionId: string; language: string}) {
    this.#api = api
    this.#about = about
  }

  static get supported(): boolean {
    return 'MediaRecorder' in globalThis && 'mediaDevices' in navigator
  }

  start(): void {
    void this.#stop()
    this.#running = this.#record().catch(() => undefined)
  }

  async finish(): Promise<string | undefined> {
    const recording = await this.#stop()
    if (!recording?.size) return undefined
    const {sessionId, language} = this.#about()
    return (await this.#api.spoken.transcribe(recording, sessionId, language)).transcript_id
  }

  /** May be called twice. */
  close(): void {
    void this.#stop()
  }

  async #record() {
    const stream = await navigator.mediaDevices.getUserMedia({audio: HEARING})
    return {recording: new Recording(stream), stream}
  }

  async #stop(): Promise<Blob | undefined> {
    const running = await this.#running
    this.#running = undefined
    const recorded = await running?.recording.stop()
    for (const track of running?.stream.getTracks() ?? []) track.stop()
    return recorded
  }
}

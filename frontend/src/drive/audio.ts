/** The engines of the browser, as the drive uses them. */
import type {Api} from '../lib/api'
import type {Recognizer} from '../voice/recognizer'
import type {Speaker} from '../voice/speaker'
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

/** Hears with the browser's recogniser. */
export class BrowserEars implements Ears {
  readonly #recognizer: Recognizer
  #hearer: Hearer | undefined
  /** Begins when the run before it has ended. */
  #next: Hearer | undefined

  constructor(recognizer: Recognizer) {
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
        case 'problem':
          // Silence is none, here.
          if (event.problem.code !== 'no-speech') hearer?.trouble(event.problem.message, event.problem.again)
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

  #giveUp(hearer: Hearer): void {
    if (this.#hearer !== hearer || this.#recognizer.state !== 'idle') return
    this.#hearer = undefined
    hearer.end()
  }
}

/** Bits a second: words need no more. */
const RATE = 24_000

/** Records for the engine of Janus what the browser hears at the same time. */
export class SpeechRecorder implements Recorder {
  readonly #api: Api
  readonly #about: () => {sessionId: string; language: string}
  #running: Promise<{recorder: MediaRecorder; parts: Blob[]} | undefined> | undefined

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
    const audio = {echoCancellation: true, noiseSuppression: true, autoGainControl: true}
    const recorder = new MediaRecorder(await navigator.mediaDevices.getUserMedia({audio}), {audioBitsPerSecond: RATE})
    const parts: Blob[] = []
    recorder.ondataavailable = ({data}) => void parts.push(data)
    recorder.start()
    return {recorder, parts}
  }

  async #stop(): Promise<Blob | undefined> {
    const running = await this.#running
    this.#running = undefined
    if (!running || running.recorder.state === 'inactive') return undefined
    const {recorder, parts} = running
    const stopped = new Promise(then => (recorder.onstop = then))
    recorder.stop()
    await stopped
    for (const track of recorder.stream.getTracks()) track.stop()
    return new Blob(parts, {type: recorder.mimeType.split(';')[0] ?? ''})
  }
}

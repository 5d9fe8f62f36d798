/**
 * The microphone, open for as long as it is used, and how loud it is. Phones take it away at any time: for a call, or
 * when a headset comes or goes. Whoever uses it is told, and may open it again.
 */
import {expectAudio, Listeners} from './listeners'

/** What is asked of a microphone; what of that there is it says itself. */
export const HEARING = {echoCancellation: true, noiseSuppression: true, autoGainControl: true}

/** Milliseconds between two looks at how loud it is. */
const LOOK = 50
/** Milliseconds after which one that nobody uses is given back: the car's music waits for that. */
const IDLE = 20_000
/** How long a phone may take the sound away before that counts as a loss. */
const GONE = 2000

export interface Loudness {
  /** Root mean square of samples from -1 to 1. */
  level: number
  /** Milliseconds of what was looked at: a phone that was busy has heard less than has passed. */
  at: number
}

export class OpenMicrophone {
  /** Whether the browser takes out what the page itself plays; as it says itself, of the one that is open. */
  echoCancelled = false
  readonly #levels = new Listeners<Loudness>()
  readonly #losses = new Listeners()
  #context: AudioContext | undefined
  #stream: Promise<MediaStream> | undefined
  #open: MediaStream | undefined
  #release = () => {}
  #users = 0
  #idle: ReturnType<typeof setTimeout> | undefined

  static get supported(): boolean {
    return globalThis.isSecureContext && 'MediaRecorder' in globalThis && 'AudioContext' in globalThis && 'mediaDevices' in navigator
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Call it during a tap: without one, phones keep the loudness from the page. */
  prime(): void {
    this.#context ??= new AudioContext()
    if (this.#context.state !== 'running') this.#context.resume().catch(() => {})
  }

  /** The sound; rejects where there is none. Each that resolves is followed by a `close`, some time later. */
  async open(): Promise<MediaStream> {
    this.#users++
    clearTimeout(this.#idle)
    expectAudio('play-and-record')
    this.prime()
    this.#stream ??= this.#take()
    try {
      return await this.#stream
    } catch (error) {
      this.#stream = undefined
      this.close()
      throw error
    }
  }

  /** It is not used any more; another `open` soon finds it open still. */
  close(): void {
    this.#users = Math.max(0, this.#users - 1)
    clearTimeout(this.#idle)
    if (!this.#users) this.#idle = setTimeout(() => this.stop(), IDLE)
  }

  /** Give it back at once. May be called twice. */
  stop(): void {
    clearTimeout(this.#idle)
    this.#users = 0
    this.#stream = undefined
    this.#release()
  }

  /** Nobody opens it any more. May be called twice. */
  end(): void {
    this.stop()
    this.#context?.close().catch(() => {})
    this.#context = undefined
  }

  /** Call *listener* with how loud it is, again and again; returns what ends that. */
  onLevel(listener: (loudness: Loudness) => void): () => void {
    return this.#levels.add(listener)
  }

  /** Call *listener* when it was lost while it was open; returns what ends that. */
  onLost(listener: () => void): () => void {
    return this.#losses.add(listener)
  }

  async #take(): Promise<MediaStream> {
    const stream = await navigator.mediaDevices.getUserMedia({audio: HEARING})
    const [track] = stream.getAudioTracks()
    const context = this.#context!
    this.echoCancelled = track?.getSettings().echoCancellation === true
    const source = context.createMediaStreamSource(stream)
    const analyser = context.createAnalyser()
    source.connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    let missing: number | undefined
    let [last, heard] = [performance.now(), 0]
    const look = setInterval(() => {
      const at = performance.now()
      heard += Math.min(at - last, 2 * LOOK)
      last = at
      // "interrupted" on an iPhone: during a call, or Siri.
      const there = context.state === 'running' && track?.muted !== true
      missing = there ? undefined : (missing ?? at)
      if (context.state !== 'running') this.prime()
      if (missing !== undefined) {
        if (at - missing > GONE) this.#lose()
        return
      }
      analyser.getFloatTimeDomainData(samples)
      this.#levels.tell({level: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length), at: heard})
    }, LOOK)
    const stop = new AbortController()
    track?.addEventListener('ended', () => this.#lose(), {signal: stop.signal})
    navigator.mediaDevices.addEventListener('devicechange', () => this.#changed(), {signal: stop.signal})
    this.#open = stream
    this.#release = () => {
      this.#release = () => {}
      this.#open = undefined
      clearInterval(look)
      stop.abort()
      source.disconnect()
      for (const it of stream.getTracks()) it.stop()
    }
    return stream
  }

  /** A headset came or went: what is used is kept until it ends, and what is not is taken anew. */
  #changed(): void {
    if (!this.#users || this.#open?.getAudioTracks().some(({readyState}) => readyState === 'ended')) this.#lose()
  }

  #lose(): void {
    this.stop()
    this.#losses.tell()
  }
}

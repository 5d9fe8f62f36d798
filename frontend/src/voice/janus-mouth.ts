/** Speaks with the voice of Janus: each sentence is fetched, the next one while one is heard. */
import type {ApiError} from '../lib/api-error'
import {backoff, type Link} from '../lib/link'
import {expectAudio} from './listeners'
import {silence} from './silence'
import type {Mouth} from './engines'

/** Milliseconds: for an answer of Janus, with a voice to be loaded, and before what failed is tried again. */
const FETCHING = 90_000
const DELAY = 1000
const FOREVER = 2 ** 31 - 1
/** The longest that a sentence is heard. */
const LONGEST = 60_000
/** How often a voice that fails is asked for one sentence. */
const ATTEMPTS = 2
/** Sentences that are fetched, or were. */
const MOST = 6

export interface JanusMouthOptions {
  /** Rejects with an ApiError. */
  fetch: (text: string) => Promise<Blob>
  link: Link
  /** Told why nothing can be heard. */
  complain: (problem: string) => void
  /** Told that something waits for a connection to be said, and that it waits no more. */
  waits?: ((waits: boolean) => void) | undefined
  /** Says what cannot be fetched without a connection, where there is such a voice. */
  instead?: () => Mouth | undefined
  /** What is said without a connection, too: fetched beforehand, and kept. */
  standing?: readonly string[] | undefined
  audio?: HTMLAudioElement
}

export class JanusMouth implements Mouth {
  rate = 1
  volume = 1
  readonly #options: JanusMouthOptions
  readonly #audio: HTMLAudioElement
  readonly #fetched = new Map<string, Promise<Blob>>()
  readonly #standing = new Map<string, Promise<Blob>>()
  #wanted: readonly string[]
  /** What still comes of earlier sentences is ignored. */
  #run = 0
  #address = ''
  #instead: Mouth | undefined
  #waits = false

  constructor(options: JanusMouthOptions) {
    this.#options = options
    this.#wanted = options.standing ?? []
    this.#audio = options.audio ?? new Audio()
  }

  /** Call it during a tap: without one, phones play nothing. */
  prime(): void {
    if (this.#address && !this.#audio.paused) return
    this.#play(silence()).catch(() => {})
  }

  prepare(text: string): void {
    this.#sound(text).catch(() => {})
  }

  say(text: string, done: (said: boolean) => void, hold: (milliseconds: number) => void): void {
    const run = ++this.#run
    const over = (said: boolean) => {
      if (run !== this.#run) return
      void this.#keep()
      done(said)
    }
    void this.#say(run, text, hold).then(() => over(true), () => over(false))
  }

  stop(): void {
    this.#run++
    if (this.#address) this.#audio.pause()
    this.#instead?.stop()
    this.#instead = undefined
  }

  async #say(run: number, text: string, hold: (milliseconds: number) => void): Promise<void> {
    for (let failures = 0; ; ) {
      try {
        hold(FETCHING)
        const sound = await this.#sound(text)
        if (run !== this.#run) return
        this.#wait(false)
        expectAudio('playback')
        return await this.#play(sound, hold)
      } catch (error) {
        const {status, message} = error as Partial<ApiError>
        if (run !== this.#run) return
        if (status === 0 && (await this.#sayOtherwise(text, hold))) return
        if (run !== this.#run) return
        // What was not heard because of the connection is heard when it is back.
        if (status !== 0 && ++failures >= ATTEMPTS) {
          this.#options.complain(message ?? '')
          throw error
        }
        hold(FOREVER)
        if (status === 0) this.#wait(true)
        await new Promise<void>(then => this.#options.link.later(then, backoff(failures, DELAY), true))
        if (run !== this.#run) return
      }
    }
  }

  /** Whether another voice has said it. */
  async #sayOtherwise(text: string, hold: (milliseconds: number) => void): Promise<boolean> {
    const instead = (this.#instead = this.#options.instead?.())
    return instead ? new Promise(then => instead.say(text, then, hold)) : false
  }

  #wait(waits: boolean): void {
    if (this.#waits !== waits) this.#options.waits?.(waits)
    this.#waits = waits
  }

  /** Once, after what was to be said first. */
  async #keep(): Promise<void> {
    const [wanted] = [this.#wanted, (this.#wanted = [])]
    for (const text of wanted) {
      const sound = this.#sound(text)
      await sound.then(() => this.#standing.set(text, sound), () => {})
    }
  }

  #sound(text: string): Promise<Blob> {
    let sound = this.#standing.get(text) ?? this.#fetched.get(text)
    if (!sound) {
      sound = this.#options.fetch(text)
      this.#fetched.set(text, sound)
      sound.catch(() => this.#fetched.delete(text))
      const [oldest] = this.#fetched.keys()
      if (this.#fetched.size > MOST) this.#fetched.delete(oldest!)
    }
    return sound
  }

  /** Resolves when it was heard to its end; never, if something else is played meanwhile. */
  #play(sound: Blob, hold: (milliseconds: number) => void = () => {}): Promise<void> {
    const audio = this.#audio
    if (this.#address) URL.revokeObjectURL(this.#address)
    audio.src = this.#address = URL.createObjectURL(sound)
    audio.volume = this.volume
    audio.playbackRate = this.rate
    return new Promise((resolve, reject) => {
      audio.onended = () => resolve()
      audio.onerror = () => reject(new Error('This browser cannot play the voice of Janus.'))
      audio.onplaying = () => hold(Math.min(LONGEST, 5000 + (1500 * (audio.duration || 30)) / this.rate))
      audio.play().catch(reject)
    })
  }
}

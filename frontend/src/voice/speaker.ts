/**
 * Reads sentences aloud with the browser's own voice.
 *
 *   speak ──▶ speaking ──last sentence──▶ idle
 *              │     ▲                     ▲
 *            pause  resume                stop
 *              ▼     │                     │
 *             paused ┴─────────────────────┘
 *
 * One utterance at a time, because phones cannot pause or stop inside one: pausing is stopping and remembering
 * which sentence it was. Events of an utterance that is no longer current are ignored; `cancel` sends some.
 */
import {languageOf} from '../text/scripts'
import {expectAudio, Listeners} from './listeners'
import {Watchdog} from './watchdog'

export type SpeakerState = 'idle' | 'speaking' | 'paused'

export interface SpeakerOptions {
  synth?: SpeechSynthesis
  Utterance?: typeof SpeechSynthesisUtterance
}

/** Milliseconds; a voice that has not started by then will not start. */
const SILENT_AFTER = 5000
/** The same right after a `cancel`, which swallows it on some phones. */
const SWALLOWED_AFTER = 1000
/** This many failures in a row count as permanent. */
const ENOUGH_FAILURES = 3

export class Speaker {
  /** Between 0.5 and 2. */
  rate = 1.1
  /** Between 0 and 1. */
  volume = 1
  /** A BCP 47 tag; '' is the page's own language. */
  lang = ''
  /** `voiceURI` of the voice the user has chosen, or '' for the best one. */
  voice = ''
  /** Why it is silent, in words for the user; '' if nothing is wrong. */
  problem = ''
  state: SpeakerState = 'idle'
  /** Which of `sentences` is being read, or is next. */
  index = 0
  sentences: string[] = []

  readonly #synth: SpeechSynthesis | undefined
  readonly #Utterance: typeof SpeechSynthesisUtterance | undefined
  readonly #listeners = new Listeners()
  /** Also referenced here because Chrome collects utterances nobody holds, and their events with them. */
  #current: SpeechSynthesisUtterance | null = null
  readonly #watchdog = new Watchdog()
  #failures = 0
  #hasSpoken = false
  #cancelled = false
  #mute = false

  constructor(options: SpeakerOptions = {}) {
    this.#synth = options.synth ?? globalThis.speechSynthesis
    this.#Utterance = options.Utterance ?? globalThis.SpeechSynthesisUtterance
    this.#synth?.addEventListener?.('voiceschanged', () => this.#listeners.tell())
  }

  /** Whether there seems to be a voice: some browsers have all the functions and never make a sound. */
  get supported(): boolean {
    return Boolean(this.#synth && this.#Utterance) && !this.#mute
  }

  /** Call *listener* at every change of state, sentence or voices; returns a function that unsubscribes it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Call it during a tap: without one iOS stays silent for good. May be called often. */
  prime(): void {
    if (!this.#synth || !this.#Utterance || this.state === 'speaking') return
    const nothing = new this.#Utterance('')
    nothing.volume = 0
    this.#synth.speak(nothing)
  }

  /** Read these sentences instead of whatever is being read. */
  speak(sentences: string[]): void {
    this.stop()
    this.append(sentences)
  }

  /** Read these sentences as well; at once if nothing is being read. */
  append(sentences: string[]): void {
    if (!this.supported || !sentences.length) return
    const idle = this.state === 'idle'
    if (idle) this.#forget()
    this.sentences.push(...sentences)
    if (idle) this.#begin()
  }

  /** Stop at once. */
  stop(): void {
    this.#silence()
    this.#forget()
    this.#become('idle')
  }

  pause(): void {
    if (this.state !== 'speaking') return
    this.#silence()
    this.#become('paused')
  }

  /** Continue from the beginning of the sentence it was paused in. */
  resume(): void {
    if (this.state === 'paused') this.#begin()
  }

  /** The voices for a language, best first: those on the device speak without a network and do not stop after 15 s. */
  voices(lang = this.#lang): SpeechSynthesisVoice[] {
    const wanted = lang.toLowerCase()
    const score = (voice: SpeechSynthesisVoice) =>
      (sameTag(voice.lang, wanted) ? 4 : 0) + (voice.localService ? 2 : 0) + (voice.default ? 1 : 0)
    return (this.#synth?.getVoices() ?? [])
      .filter((voice) => language(voice.lang) === language(wanted))
      .sort((a, b) => score(b) - score(a))
  }

  get #lang(): string {
    return this.lang || document.documentElement.lang || navigator.language
  }

  #begin(): void {
    this.problem = ''
    this.#failures = 0
    expectAudio('playback')
    this.#become('speaking')
    this.#say()
  }

  #say(): void {
    const text = this.sentences[this.index]
    if (text === undefined) {
      this.#current = null
      this.#become('idle')
      return
    }
    const utterance = new this.#Utterance!(text)
    // A voice of another language would leave it out, or spell it.
    const foreign = languageOf(text)
    const voices = this.voices(foreign || this.#lang)
    // The chosen voice may be the reason for a failure: then let the browser choose.
    const voice = this.#failures ? undefined : (voices.find(({voiceURI}) => voiceURI === this.voice) ?? voices[0])
    if (voice) utterance.voice = voice
    utterance.lang = voice?.lang ?? (foreign || this.#lang)
    utterance.rate = this.rate
    utterance.volume = this.volume

    const current = <T>(then: (event: T) => void) => (event: T) => {
      if (this.#current === utterance) then(event)
    }
    utterance.onstart = current(() => {
      this.#hasSpoken = true
      // Network voices of desktop Chrome stop without an event. No voice speaks slower than the last wait.
      this.#watchdog.expect(() => {
        if (this.#synth!.speaking === false) this.#next()
        else this.#watchdog.expect(() => this.#next(), 1000 + (text.length * 160) / this.rate)
      }, 2000 + (text.length * 90) / this.rate)
    })
    utterance.onend = current(() => {
      this.#current = null
      this.#next()
    })
    utterance.onerror = current((event) => this.#failed(event.error))
    this.#current = utterance
    const swallowed = this.#cancelled
    this.#cancelled = false
    if (swallowed) {
      this.#watchdog.expect(() => {
        if (this.#synth!.speaking === false && !this.#synth!.pending) this.#say()
        else this.#watchdog.expect(() => this.#neverBegan(), SILENT_AFTER)
      }, SWALLOWED_AFTER)
    } else this.#watchdog.expect(() => this.#neverBegan(), SILENT_AFTER)
    this.#synth!.speak(utterance)
  }

  #next(): void {
    this.#silence()
    this.#failures = 0
    this.index++
    this.#say()
    this.#listeners.tell()
  }

  #failed(error: SpeechSynthesisErrorCode): void {
    this.#silence()
    if (error === 'not-allowed') {
      this.problem = 'The browser wants a tap before this page may speak.'
      this.#become('paused')
    } else if (++this.#failures < ENOUGH_FAILURES) {
      this.#say()
    } else {
      if (!this.#hasSpoken && !this.#synth!.getVoices().length) this.#mute = true
      this.problem = 'The voice of this browser does not work at the moment.'
      this.#become('paused')
    }
  }

  #neverBegan(): void {
    if (this.#hasSpoken) return this.#failed('synthesis-failed')
    this.#mute = true
    this.problem = 'This browser has no voice.'
    this.stop()
  }

  #silence(): void {
    this.#watchdog.end()
    const unfinished = this.#current
    this.#current = null
    // Only if needed: on Android a `cancel` right before `speak` can swallow the new utterance.
    if (unfinished) this.#synth?.cancel()
    this.#cancelled ||= unfinished !== null
  }

  #forget(): void {
    this.sentences = []
    this.index = 0
  }

  #become(state: SpeakerState): void {
    this.state = state
    this.#listeners.tell()
  }
}

function language(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0]!
}

function sameTag(tag: string, wanted: string): boolean {
  return tag.toLowerCase().replace('_', '-') === wanted // Android writes en_US
}

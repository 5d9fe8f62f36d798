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
import {expectAudio, Listeners} from './listeners'

export type SpeakerState = 'idle' | 'speaking' | 'paused'

export interface SpeakerOptions {
  synth?: SpeechSynthesis
  Utterance?: typeof SpeechSynthesisUtterance
}

/** A voice that has not begun after so many milliseconds will not begin. */
const SILENT_AFTER = 5000
/** What goes wrong so often in a row goes wrong always. */
const ENOUGH_FAILURES = 3

export class Speaker {
  /** As the user wants it: between 0.5 and 2. */
  rate = 1.1
  /** A BCP 47 tag; '' is the page's own language. */
  lang = ''
  /** `voiceURI` of the voice the user has chosen, or '' for the best one. */
  voice = ''
  /** Why it is silent, in words to show; '' when nothing is wrong. */
  problem = ''
  state: SpeakerState = 'idle'
  /** Which of `sentences` is being read, or is next. */
  index = 0
  sentences: string[] = []

  readonly #synth: SpeechSynthesis | undefined
  readonly #Utterance: typeof SpeechSynthesisUtterance | undefined
  readonly #listeners = new Listeners()
  /** Kept here also because Chrome forgets utterances, and their events, that nobody holds. */
  #current: SpeechSynthesisUtterance | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #hasSpoken = false
  #mute = false

  constructor(options: SpeakerOptions = {}) {
    this.#synth = options.synth ?? globalThis.speechSynthesis
    this.#Utterance = options.Utterance ?? globalThis.SpeechSynthesisUtterance
    this.#synth?.addEventListener?.('voiceschanged', () => this.#listeners.tell())
  }

  /** Whether there is a voice, as far as is known: some browsers have all the functions and never make a sound. */
  get supported(): boolean {
    return Boolean(this.#synth && this.#Utterance) && !this.#mute
  }

  /** Tells *listener* of every change of state, sentence or voices. Returns what ends that. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Call it in a tap: without one iOS stays silent for ever. May be called often. */
  prime(): void {
    if (!this.#synth || !this.#Utterance || this.state === 'speaking') return
    const nothing = new this.#Utterance('')
    nothing.volume = 0
    this.#synth.speak(nothing)
  }

  /** Reads these instead of whatever was being read. */
  speak(sentences: string[]): void {
    this.stop()
    this.append(sentences)
  }

  /** Reads these too; at once if nothing else is being read. */
  append(sentences: string[]): void {
    if (!this.supported || !sentences.length) return
    const idle = this.state === 'idle'
    if (idle) this.#forget()
    this.sentences.push(...sentences)
    if (idle) this.#begin()
  }

  /** Silence at once. */
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

  /** Continues with the beginning of the sentence it was paused in. */
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
    const voices = this.voices()
    // A voice that does not work may be the reason for a failure: the browser's choice is tried then.
    const voice = this.#failures ? undefined : (voices.find(({voiceURI}) => voiceURI === this.voice) ?? voices[0])
    if (voice) utterance.voice = voice
    utterance.lang = voice?.lang ?? this.#lang
    utterance.rate = this.rate

    const current = <T>(then: (event: T) => void) => (event: T) => {
      if (this.#current === utterance) then(event)
    }
    utterance.onstart = current(() => {
      this.#hasSpoken = true
      // Network voices of desktop Chrome stop without a word. Nobody speaks slower than this.
      this.#expect(() => this.#next(), 3000 + (text.length * 250) / this.rate)
    })
    utterance.onend = current(() => {
      this.#current = null
      this.#next()
    })
    utterance.onerror = current((event) => this.#failed(event.error))
    this.#current = utterance
    this.#expect(() => this.#neverBegan(), SILENT_AFTER)
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

  #expect(then: () => void, milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, milliseconds)
  }

  #silence(): void {
    clearTimeout(this.#timer)
    const unfinished = this.#current
    this.#current = null
    // Only if needed: on Android a `cancel` right before `speak` can swallow the new utterance.
    if (unfinished) this.#synth?.cancel()
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

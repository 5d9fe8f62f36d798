/**
 * What was said, on its way to words.
 *
 *     hear() ──▶ kept on the phone ──▶ understood by Janus ──▶ used, and forgotten
 *                      └── no connection, a reload: understood later, and handed to `deliver`
 */
import type {ApiError} from '../lib/api-error'
import {ours} from '../lib/base'
import {exclusively} from '../lib/exclusively'
import {backoff, type Link} from '../lib/link'
import type {SpokenApi} from '../lib/spoken-api'
import type {Transcript} from '../lib/types'
import {IndexedDbSpeech, type KeptSpeech, type SpeechStore} from './speech-store'

/** Recordings that are kept at most, and for how many milliseconds: what is older nobody expects any more. */
const MOST = 30
const OLDEST = 86_400_000
/** Milliseconds before the second attempt. */
const DELAY = 2000

/** Takes what was understood late; it is forgotten once that has resolved. */
export type Deliver = (speech: KeptSpeech, text: string) => Promise<unknown> | void

export class Recordings {
  readonly #api: Pick<SpokenApi, 'transcribe'>
  readonly #link: Link
  readonly #store: SpeechStore
  /** What is under way here, and what nobody waits for any more. */
  readonly #busy = new Set<string>()
  readonly #deliverers = new Map<(speech: KeptSpeech) => boolean, Deliver>()
  #failures = 0
  #stop = () => {}
  #flushing = false

  constructor(api: Pick<SpokenApi, 'transcribe'>, link: Link, store: SpeechStore = new IndexedDbSpeech()) {
    this.#api = api
    this.#link = link
    this.#store = store
  }

  /** Understand it now. Rejects with an ApiError; `isKept` says whether it is understood later. */
  async hear(speech: KeptSpeech): Promise<Transcript> {
    this.#busy.add(speech.id)
    // Where the browser stores nothing, it is understood all the same.
    await this.#store.put(speech).catch(() => {})
    try {
      return await this.#api.transcribe(speech.blob, speech.sessionId, speech.language)
    } catch (error) {
      this.#busy.delete(speech.id)
      if (isKept(error as ApiError)) await this.#trim().then(() => this.#later(), () => {})
      else await this.forget(speech.id)
      throw error
    }
  }

  /** It was used, or is not wanted. */
  async forget(id: string): Promise<void> {
    this.#busy.delete(id)
    await this.#store.delete(id).catch(() => {})
  }

  /** Hand what is *mine* and was kept to *deliver*, now and as soon as there is a connection; returns what ends that. */
  onLate(mine: (speech: KeptSpeech) => boolean, deliver: Deliver): () => void {
    this.#deliverers.set(mine, deliver)
    void this.#flush()
    return () => {
      this.#deliverers.delete(mine)
      if (!this.#deliverers.size) this.#stop()
    }
  }

  #later(): void {
    this.#stop()
    this.#stop = this.#link.later(() => void this.#flush(), backoff(++this.#failures, DELAY), true)
  }

  /** What is kept, without what is too old, or too much. */
  async #trim(): Promise<KeptSpeech[]> {
    const kept = await this.#store.all()
    const old = kept.filter(({at}, index) => index < kept.length - MOST || Date.now() - at > OLDEST)
    for (const {id} of old) await this.#store.delete(id)
    return kept.filter(speech => !old.includes(speech))
  }

  async #flush(): Promise<void> {
    if (this.#flushing) return
    this.#flushing = true
    await exclusively(ours('janus-speech'), () => this.#all()).catch(() => {})
    this.#flushing = false
  }

  async #all(): Promise<void> {
    for (const speech of await this.#trim()) {
      const deliver = [...this.#deliverers].find(([mine]) => mine(speech))?.[1]
      if (!deliver || this.#busy.has(speech.id)) continue
      try {
        const {text} = await this.#api.transcribe(speech.blob, speech.sessionId, speech.language)
        this.#failures = 0
        if (text) await deliver(speech, text)
      } catch (error) {
        if (isKept(error as ApiError)) return this.#later()
      }
      await this.#store.delete(speech.id)
    }
  }
}

/** Whether it may be understood later: Janus was not reached, or is busy or ill. */
export function isKept({status}: ApiError): boolean {
  return status === 0 || status === 401 || status === 429 || status >= 500
}

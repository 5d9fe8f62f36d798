import {signal} from '@preact/signals'

import type {App} from '../../app/app'
import {loadItem, saveItem} from '../../app/local-storage'
import {voiceEngines} from '../../app/voice-engines'
import type {ProblemCode} from '../../voice/problems'
import type {SpeechEvent, SpeechToText} from '../../voice/speech-to-text'
import {sent} from '../sent-strings'

/** Whether something was said that waits for a connection: what understands it is loaded only then. */
const KEPT = 'speech-kept'

/** Speech as text in the composer. A pause never sends it; only the user does. */
export class Dictation {
  readonly listening = signal(false)
  /** What has been understood so far. */
  readonly transcript = signal('')
  /** Why it does not work and what to do; empty when nothing is wrong. */
  readonly problem = signal('')
  readonly #app: App
  readonly #sessionId: string
  readonly #onText: (text: string) => void
  #recognizer: Promise<SpeechToText> | undefined
  #used: SpeechToText | undefined
  readonly #endings: (() => void)[] = []
  /** A tap waits for the recogniser. */
  #tapped = false
  #closed = false

  /** *sessionId* is '' where none is there yet. */
  constructor(app: App, sessionId: string, onText: (text: string) => void) {
    this.#app = app
    this.#sessionId = sessionId
    this.#onText = onText
    if (loadItem(KEPT, false)) this.prepare()
  }

  /** Fetch the recogniser before the tap: some phones start listening only right after one. */
  prepare(): void {
    this.#recognizer ??= this.#make()
    this.#recognizer.catch(() => (this.#recognizer = undefined))
  }

  async toggle(): Promise<void> {
    // Nothing shows yet that the first tap was heard: a second one means the same.
    if (this.#tapped) return
    this.#tapped = true
    this.prepare()
    try {
      const recognizer = await this.#recognizer!
      // Whoever has left meanwhile could not turn the microphone off.
      if (this.#closed) return
      if (this.listening.peek()) {
        recognizer.stop()
        return
      }
      this.problem.value = ''
      if (this.#used !== recognizer) this.#endings.push(recognizer.onEvent(event => this.#handle(event)))
      this.#used = recognizer
      recognizer.start()
    } catch {
      this.problem.value = sent.gone
    } finally {
      this.#tapped = false
    }
  }

  /** Stop, and drop what was said so far. */
  close(): void {
    this.#closed = true
    for (const end of this.#endings.splice(0)) end()
    if (this.listening.peek()) this.#used?.abort()
    this.#used = undefined
  }

  /** The recogniser of the browser, or Janus's where that is preferred, or the only one. */
  async #make(): Promise<SpeechToText> {
    const {recognizer} = await import('../../voice/recognizer')
    const browsers = recognizer()
    await browsers.askLocal()
    const {hears} = this.#app.preferences
    if (!loadItem(KEPT, false) && (hears.peek() === 'browser' || (hears.peek() === 'auto' && browsers.available().ok))) return browsers
    const [{makeDictation}, {transcribe}] = await Promise.all([import('../../voice/dictation'), voiceEngines(this.#app)])
    if (!transcribe) return browsers
    const {api, connection} = this.#app
    const language = (document.documentElement.lang || navigator.language).slice(0, 2)
    const janus = makeDictation(api.spoken, connection.link, {sessionId: this.#sessionId, language}, text => {
      saveItem(KEPT, false)
      this.#onText(text)
    })
    if (this.#closed) janus.close()
    else this.#endings.push(() => janus.close())
    const wanted = hears.peek() === 'janus' || !browsers.available().ok
    return wanted && janus.recognizer.available().ok ? janus.recognizer : browsers
  }

  #handle(event: SpeechEvent): void {
    switch (event.type) {
      case 'state':
        this.listening.value = event.state !== 'idle'
        break
      case 'text':
        this.transcript.value = event.text
        break
      case 'problem':
        this.problem.value = event.problem.message
        if (event.problem.code === ('kept' satisfies ProblemCode)) saveItem(KEPT, true)
        break
      case 'end':
        this.transcript.value = ''
        if (event.text) this.#onText(event.text)
    }
  }
}

import {signal} from '@preact/signals'

import type {Recognizer} from '../../voice/recognizer'
import {words} from '../strings'

/** Speech that becomes text in the composer; what is said is sent by the user, never by a pause. */
export class Dictation {
  readonly listening = signal(false)
  /** What has been understood so far. */
  readonly heard = signal('')
  /** Why it does not work, in words with a way out; empty when nothing is wrong. */
  readonly problem = signal('')
  readonly #onText: (text: string) => void
  #recognizer: Promise<Recognizer> | undefined
  #end: (() => void) | undefined

  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  /** Fetch what is needed before the first tap: some phones listen only right after one. */
  prepare(): void {
    this.#recognizer ??= import('../../voice/recognizer').then(({recognizer}) => recognizer())
    this.#recognizer.catch(() => (this.#recognizer = undefined))
  }

  async toggle(): Promise<void> {
    this.prepare()
    try {
      const recognizer = await this.#recognizer!
      if (this.listening.peek()) {
        recognizer.stop()
        return
      }
      this.problem.value = ''
      this.#end ??= recognizer.onHeard(heard => this.#heard(heard))
      recognizer.start()
    } catch {
      this.problem.value = words.gone
    }
  }

  /** What was said so far is dropped. */
  close(): void {
    this.#end?.()
    this.#end = undefined
    if (this.listening.peek()) void this.#recognizer?.then(recognizer => recognizer.abort())
  }

  #heard(heard: Parameters<Parameters<Recognizer['onHeard']>[0]>[0]): void {
    switch (heard.type) {
      case 'state':
        this.listening.value = heard.state !== 'idle'
        break
      case 'text':
        this.heard.value = heard.text
        break
      case 'problem':
        this.problem.value = heard.problem.message
        break
      case 'end':
        this.heard.value = ''
        if (heard.text) this.#onText(heard.text)
    }
  }
}

import {signal} from '@preact/signals'

import type {Recognizer} from '../../voice/recognizer'
import {words} from '../strings'

/** Speech as text in the composer. A pause never sends it; only the user does. */
export class Dictation {
  readonly listening = signal(false)
  /** What has been understood so far. */
  readonly transcript = signal('')
  /** Why it does not work and what to do; empty when nothing is wrong. */
  readonly problem = signal('')
  readonly #onText: (text: string) => void
  #recognizer: Promise<Recognizer> | undefined
  #end: (() => void) | undefined

  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  /** Fetch the recogniser before the tap: some phones start listening only right after one. */
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
      this.#end ??= recognizer.onEvent(event => this.#handle(event))
      recognizer.start()
    } catch {
      this.problem.value = words.gone
    }
  }

  /** Stop, and drop what was said so far. */
  close(): void {
    this.#end?.()
    this.#end = undefined
    if (this.listening.peek()) void this.#recognizer?.then(recognizer => recognizer.abort())
  }

  #handle(event: Parameters<Parameters<Recognizer['onEvent']>[0]>[0]): void {
    switch (event.type) {
      case 'state':
        this.listening.value = event.state !== 'idle'
        break
      case 'text':
        this.transcript.value = event.text
        break
      case 'problem':
        this.problem.value = event.problem.message
        break
      case 'end':
        this.transcript.value = ''
        if (event.text) this.#onText(event.text)
    }
  }
}

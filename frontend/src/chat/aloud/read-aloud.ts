import {effect, signal} from '@preact/signals'

import type {App} from '../../app/app'
import type {SentenceCutter} from '../../text/speakable'
import type {Speaker} from '../../voice/speaker'
import type {Voice} from '../state/chat-context'
import type {Conversation} from '../state/conversation'
import {stopLine} from '../strings'
import {isOutside, Pauses} from './pauses'

/** Reads answers aloud: one on request, or each as it comes. */
export class ReadAloud implements Voice {
  /** The id of the message being read; empty if none is. */
  readonly speaking = signal('')
  readonly #app: App
  readonly #conversation: Conversation
  #voice: Promise<{speaker: Speaker; cut: () => SentenceCutter; all: (text: string) => string[]}> | undefined
  #speaker: Speaker | undefined
  #starting = false

  constructor(app: App, conversation: Conversation) {
    this.#app = app
    this.#conversation = conversation
  }

  get supported(): boolean {
    return 'speechSynthesis' in globalThis && (this.#speaker?.supported ?? true)
  }

  /** Call it during a tap: without one iOS stays silent. */
  prime(): void {
    if (this.#app.preferences.readAloud.peek() && this.supported) void this.#load().then(({speaker}) => speaker.prime())
  }

  /** Read this message, and why it ended, instead of anything else. */
  read(id: string, text: string, ending = ''): void {
    this.speaking.value = id
    void this.#load().then(({speaker, all}) => {
      if (this.speaking.peek() !== id) return
      // The speaker stops before it starts, and reports that.
      this.#starting = true
      speaker.speak([...all(text), ...sentence(ending)])
      this.#starting = false
      if (speaker.state === 'idle') this.#silent()
    })
  }

  /** Stop reading at once. */
  stop(): void {
    this.speaking.value = ''
    this.#speaker?.stop()
  }

  /** Read the answers that come from now on, if the user wants that; returns a function that stops it. */
  follow(): () => void {
    let current: {id: string; given: number; cutter?: SentenceCutter} = {id: '', given: 0}
    const done = new Set<string>()
    const pauses = new Pauses(this.#conversation)
    let first = true
    const end = effect(() => {
      const answer = this.#conversation.state.value?.messages.findLast(({sender}) => sender === 'assistant')
      const wanted = this.#app.preferences.readAloud.value
      if (!answer || !wanted || !this.supported) return
      const {id, content, is_streaming: streaming} = answer
      const growing = streaming || pauses.isGrowing(answer)
      // What was there when the page was opened is not read; a message outside turns may go on.
      if (first && isOutside(answer)) current = {id, given: content.length}
      else if (first && !streaming) done.add(id)
      first = false
      if (done.has(id)) return
      void this.#load().then(({speaker, cut}) => {
        if (done.has(id)) return
        if (id !== current.id) current = {id, given: 0}
        const cutter = (current.cutter ??= cut())
        const sentences = cutter.push(content.slice(current.given))
        current.given = Math.max(current.given, content.length)
        if (!growing) {
          sentences.push(...cutter.flush(), ...sentence(stopLine(answer.stop_reason)))
          if (!isOutside(answer)) done.add(id)
        }
        if (!sentences.length) return
        this.speaking.value = id
        speaker.append(sentences)
      })
    })
    return () => {
      end()
      pauses.close()
      this.stop()
    }
  }

  #load() {
    this.#voice ??= this.#make()
    this.#voice.catch(() => (this.#voice = undefined))
    return this.#voice
  }

  async #make() {
    const [{Speaker}, {SentenceCutter, speakable}] = await Promise.all([
      import('../../voice/speaker'),
      import('../../text/speakable'),
    ])
    const speaker = (this.#speaker = new Speaker())
    const {rate, voice} = this.#app.preferences
    effect(() => {
      speaker.rate = rate.value
      speaker.voice = voice.value
    })
    speaker.onChange(() => speaker.state === 'idle' && !this.#starting && this.#silent())
    return {speaker, cut: () => new SentenceCutter(), all: (text: string) => speakable(text)}
  }

  #silent(): void {
    this.speaking.value = ''
    if (this.#speaker?.problem) this.#conversation.notice.show(this.#speaker.problem)
  }
}

function sentence(line: string): string[] {
  return line ? [`${line}.`] : []
}

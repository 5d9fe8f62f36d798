import {effect, signal} from '@preact/signals'

import type {App} from '../../app/app'
import {knownVoiceEngines, voiceEngines} from '../../app/voice-engines'
import type {PageMouth} from './mouth'
import type {SentenceCutter} from '../../text/speakable'
import type {Voice} from '../state/chat-context'
import type {Conversation} from '../state/conversation'
import {stopLine} from '../strings'
import {isOutside, Pauses} from './pauses'
import type {Reciter} from './reciter'

/** Reads answers aloud: one on request, or each as it comes. */
export class ReadAloud implements Voice {
  /** The id of the message being read; empty if none is. */
  readonly speaking = signal('')
  readonly #app: App
  readonly #conversation: Conversation
  #voice: Promise<{reciter: Reciter; mouth: PageMouth; cut: () => SentenceCutter; all: (text: string) => string[]}> | undefined
  #mouth: PageMouth | undefined
  #reciter: Reciter | undefined

  constructor(app: App, conversation: Conversation) {
    this.#app = app
    this.#conversation = conversation
  }

  get supported(): boolean {
    return this.#mouth?.supported ?? ('speechSynthesis' in globalThis || knownVoiceEngines().speak !== null)
  }

  /** Call it during a tap: without one iOS stays silent. */
  prime(): void {
    if (this.#app.preferences.readAloud.peek() && this.supported) void this.#load().then(({mouth}) => mouth.prime())
  }

  /** Read this message, and why it ended, instead of anything else. */
  read(id: string, text: string, ending = ''): void {
    this.speaking.value = id
    void this.#load().then(({reciter, mouth, all}) => {
      if (this.speaking.peek() !== id) return
      mouth.prime()
      reciter.say([...all(text), ...sentence(ending)])
    })
  }

  /** Stop reading at once. */
  stop(): void {
    this.speaking.value = ''
    this.#reciter?.stop()
  }

  /** Read the answers that come from now on, if the user wants that; returns a function that stops it. */
  follow(): () => void {
    let current: {id: string; given: number; cutter?: SentenceCutter} = {id: '', given: 0}
    const done = new Set<string>()
    const pauses = new Pauses(this.#conversation)
    let first = true
    let over = false
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
      void this.#load().then(({reciter, cut}) => {
        // What speaks may come late, to a screen that was left.
        if (over || done.has(id)) return
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
        reciter.append(sentences)
      })
    })
    return () => {
      over = true
      end()
      pauses.close()
      this.stop()
      this.#voice?.then(({mouth}) => mouth.close(), () => {})
      this.#mouth = this.#voice = undefined
    }
  }

  #load() {
    this.#voice ??= this.#make()
    this.#voice.catch(() => (this.#voice = undefined))
    return this.#voice
  }

  async #make() {
    const [{makeMouth}, {Reciter}, {SentenceCutter, speakable}] = await Promise.all([
      import('./mouth'),
      import('./reciter'),
      import('../../text/speakable'),
    ])
    let engines = knownVoiceEngines()
    const asked = voiceEngines(this.#app).then(found => (engines = found))
    if (!engines.speak) await asked
    const mouth = (this.#mouth = makeMouth(this.#app, {
      language: document.documentElement.lang || navigator.language,
      engines: () => engines,
      complain: problem => this.#conversation.notice.show(problem),
    }))
    const reciter = (this.#reciter = new Reciter(mouth.mouth, () => (this.speaking.value = '')))
    return {reciter, mouth, cut: () => new SentenceCutter(), all: (text: string) => speakable(text)}
  }
}

function sentence(line: string): string[] {
  return line ? [`${line}.`] : []
}

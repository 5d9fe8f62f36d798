import {computed, signal, type ReadonlySignal} from '@preact/signals'

import type {Message, QueuedMessage, State} from '../../lib/types'
import {every} from './timers'

/** Milliseconds between two looks whether they still wait. */
const LOOKED = 3000

/**
 * Words that wait for another machine, whose session it is. They are in no log until that has them,
 * so the stream does not tell of them: it is asked for them as long as some wait.
 */
export class WordsElsewhere {
  /** Held are those that are being taken back. */
  readonly waiting: ReadonlySignal<readonly QueuedMessage[]>
  readonly #all = signal<readonly QueuedMessage[]>([])
  readonly #ask: () => Promise<State | undefined>
  readonly #end: () => void
  /** Counts what was heard, so that an answer that is older counts for nothing. */
  #heard = 0

  /** *ask* is for the state, where another machine has the session. */
  constructor(ask: () => Promise<State | undefined>, messages: ReadonlySignal<readonly Message[]>) {
    this.waiting = computed(() => {
      const said = new Set(messages.value.map(({id}) => id))
      return this.#all.value.filter(it => !said.has(it.message_id))
    })
    this.#ask = ask
    this.#end = every(LOOKED, () => void (this.#all.peek().length && this.look()))
  }

  /** What Janus says now, without these words, which are shown apart. */
  without(state: State): State {
    this.#heard += 1
    const said = new Set(state.messages.map(({id}) => id))
    // Such a message has no turn of its own yet.
    const words = state.queue.filter(it => it.turn_id === it.message_id && !said.has(it.message_id))
    if (words.length || this.#all.peek().length) this.#all.value = words
    if (!words.length) return state
    const queue = state.queue.filter(it => !words.includes(it))
    const held = queue.some(it => it.held)
    return {...state, queue, queue_held: held, is_processing: Boolean(state.running_turn_id) || queue.some(it => !it.held)}
  }

  /** Ask what waits: the ids of it. */
  async look(): Promise<string[]> {
    const before = this.#heard
    const state = await this.#ask().catch(() => undefined)
    if (state && before === this.#heard) this.without(state)
    return this.waiting.peek().map(it => it.message_id)
  }

  close(): void {
    this.#end()
  }
}

import {effect, signal} from '@preact/signals'

import type {Message} from '../../lib/types'
import type {Conversation} from '../state/conversation'

/** Milliseconds; nothing marks the end of a message outside turns, so a pause this long does. */
const PAUSE = 2000

/** Notices when the agent pauses in what it says outside turns. */
export class Pauses {
  /** The newest such message, as it was when the pause began. */
  readonly #paused = signal('')
  readonly #end: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(conversation: Pick<Conversation, 'state'>) {
    let before = ''
    this.#end = effect(() => {
      const last = conversation.state.value?.messages.findLast(isOutside)
      const now = last ? versionOf(last) : ''
      if (now === before) return
      before = now
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => (this.#paused.value = now), PAUSE)
    })
  }

  /** Whether more of a message outside turns is likely to come. */
  isGrowing(message: Message): boolean {
    return isOutside(message) && this.#paused.value !== versionOf(message)
  }

  /** May be called twice. */
  close(): void {
    this.#end()
    clearTimeout(this.#timer)
  }
}

/** Whether the agent said it outside a turn. */
export function isOutside({sender, turn_id}: Message): boolean {
  return sender === 'assistant' && turn_id === null
}

function versionOf({id, content}: Message): string {
  return `${id} ${content.length}`
}

import {signal} from '@preact/signals'

import type {Outbox, OutboxEntry} from '../lib/outbox'
import type {Message} from '../lib/types'

/** What goes out in one session, in sight until it has come back on the stream. */
export class Outgoing {
  readonly entries = signal<readonly OutboxEntry[]>([])
  readonly #end: () => void

  constructor(outbox: Outbox, sessionId: string) {
    this.#end = outbox.subscribe(all => {
      const mine = all.filter(entry => entry.sessionId === sessionId)
      const now = new Set(mine.map(entry => entry.message_id))
      // The outbox forgets at once what was sent.
      const sent = this.entries.peek().filter(({message_id, state}) => state === 'sent' && !now.has(message_id))
      this.entries.value = [...sent, ...mine]
    })
  }

  /** These are known now. */
  arrived(messages: readonly Message[]): void {
    const entries = this.entries.peek()
    if (!entries.length) return
    const known = new Set(messages.map(message => message.id))
    const left = entries.filter(({message_id, state}) => state !== 'sent' || !known.has(message_id))
    if (left.length < entries.length) this.entries.value = left
  }

  close(): void {
    this.#end()
  }
}

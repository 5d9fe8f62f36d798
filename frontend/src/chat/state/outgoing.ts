import {signal} from '@preact/signals'

import type {Outbox} from '../../lib/outbox'
import type {OutboxEntry} from '../../lib/outbox-entry'
import type {StreamItem} from '../../lib/types'

/** Outgoing messages of one session, shown until they have come back on the stream. */
export class Outgoing {
  readonly entries = signal<readonly OutboxEntry[]>([])
  /** Messages that have come back; they may have been withdrawn since. */
  readonly #back = new Set<string>()
  readonly #end: () => void

  /** *started* is called when the session of its first message has been made, *sent* after each that Janus has. */
  constructor(outbox: Outbox, sessionId: string, started: () => void, sent = () => {}) {
    this.#end = outbox.subscribe(all => {
      const mine = all.filter(entry => entry.sessionId === sessionId)
      const begun = this.entries.peek().some(({start, message_id: id}) => start && mine.some(it => it.message_id === id && !it.start))
      const now = new Set(mine.map(entry => entry.message_id))
      // The outbox forgets a message as soon as it is sent.
      const gone = this.entries.peek().filter(entry => this.#stays(entry) && !now.has(entry.message_id))
      this.entries.value = [...gone, ...mine]
      if (begun) started()
      if (mine.some(({state}) => state === 'sent')) sent()
    })
  }

  receive(...[name, data]: StreamItem): void {
    if (name === 'user_message' && data.message_id) this.#back.add(data.message_id)
    if (name !== 'message') return
    for (const {id} of data.messages) this.#back.add(id)
    // A message that was sent and is not in the state has been withdrawn.
    for (const {message_id, state} of this.entries.peek()) if (state === 'sent') this.#back.add(message_id)
  }

  /** These are shown as what waits elsewhere. */
  waits(ids: readonly string[]): void {
    for (const id of ids) this.#back.add(id)
    this.drawn()
  }

  /** Drop the messages that have come back: the state that has them is drawn now. */
  drawn(): void {
    const entries = this.entries.peek()
    const left = entries.filter(entry => entry.state !== 'sent' || this.#stays(entry))
    if (left.length < entries.length) this.entries.value = left
  }

  close(): void {
    this.#end()
  }

  #stays({message_id, state}: OutboxEntry): boolean {
    return state === 'sent' && !this.#back.has(message_id)
  }
}

/** Persistent storage for unsent messages. */

import {Database} from './database'
import type {Attachment, StartBody} from './wire'

/** A message as it is stored. */
export interface KeptMessage {
  message_id: string
  sessionId: string
  text: string
  /** When it was said, in milliseconds since 1970; a later message has a higher number. */
  at: number
  /** The session to start with these words, where it is not there yet. */
  start?: StartBody
  /** It was spoken, not typed. */
  voice?: boolean
  /** Files that go with it. */
  attachments?: readonly Attachment[]
  /** Why it will not be sent by itself. */
  failure?: string
  /** The code of that failure. */
  code?: string
}

/** Every method may reject; then nothing was changed. */
export interface OutboxStore {
  all(): Promise<KeptMessage[]>
  has(messageId: string): Promise<boolean>
  put(message: KeptMessage): Promise<void>
  delete(messageId: string): Promise<void>
}

/** Messages in this browser's database, which all its pages share. */
export class IndexedDbStore implements OutboxStore {
  readonly #database = new Database('janus-outbox', 'messages', 'message_id')

  async all(): Promise<KeptMessage[]> {
    const kept: unknown[] = await this.#database.ask('readonly', store => store.getAll())
    return kept.filter(isMessage).sort((one, other) => one.at - other.at)
  }

  async has(messageId: string): Promise<boolean> {
    return (await this.#database.ask('readonly', store => store.count(messageId))) > 0
  }

  async put(message: KeptMessage): Promise<void> {
    await this.#database.ask('readwrite', store => store.put(message))
  }

  async delete(messageId: string): Promise<void> {
    await this.#database.ask('readwrite', store => store.delete(messageId))
  }
}

function isMessage(kept: unknown): kept is KeptMessage {
  const {message_id, sessionId, text, at} = (kept ?? {}) as Partial<KeptMessage>
  const texts = [message_id, sessionId, text].every(value => typeof value === 'string')
  return texts && typeof at === 'number'
}

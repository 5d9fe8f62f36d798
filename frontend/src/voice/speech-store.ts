/** What was said and not understood yet, in a database of its own. */
import {Database} from '../lib/database'

export interface KeptSpeech {
  id: string
  /** '' if it begins a session, or is for one that does not exist yet. */
  sessionId: string
  /** Two letters. */
  language: string
  /** Whether it is a message as it is, answers a question, or is looked at first. */
  use: 'drive' | 'answer' | 'composer'
  blob: Blob
  /** When it was said, in milliseconds since 1970. */
  at: number
}

/** Every method may reject; then nothing was changed. */
export interface SpeechStore {
  all(): Promise<KeptSpeech[]>
  put(speech: KeptSpeech): Promise<void>
  delete(id: string): Promise<void>
}

export class IndexedDbSpeech implements SpeechStore {
  readonly #database = new Database('janus-speech', 'speech', 'id')

  async all(): Promise<KeptSpeech[]> {
    const kept: KeptSpeech[] = await this.#database.ask('readonly', store => store.getAll())
    return kept.filter(({id, blob}) => typeof id === 'string' && blob instanceof Blob).sort((one, other) => one.at - other.at)
  }

  async put(speech: KeptSpeech): Promise<void> {
    await this.#database.ask('readwrite', store => store.put(speech))
  }

  async delete(id: string): Promise<void> {
    await this.#database.ask('readwrite', store => store.delete(id))
  }
}

/** The files that are not sent yet, in a database of their own: they may be large, and there may be none. */

import {Database} from './database'
import type {Attachment} from './wire'

export interface KeptFile {
  id: string
  sessionId: string
  name: string
  /** Empty where Janus has it, and the phone no longer: then it is `there`. */
  blob: Blob
  there?: Pick<Attachment, 'size' | 'width'>
  /** When it was attached, in milliseconds since 1970. */
  at: number
  /** It goes with a message that was sent; otherwise with the next one. */
  taken: boolean
  /** Its session is not there yet: it is sent when that has begun. */
  later: boolean
}

/** Every method may reject; then nothing was changed. */
export interface UploadStore {
  all(): Promise<KeptFile[]>
  put(file: KeptFile): Promise<void>
  delete(id: string): Promise<void>
}

export class IndexedDbFiles implements UploadStore {
  readonly #database = new Database('janus-files', 'files', 'id')

  async all(): Promise<KeptFile[]> {
    const kept: KeptFile[] = await this.#database.ask('readonly', store => store.getAll())
    return kept.filter(({id, blob}) => typeof id === 'string' && blob instanceof Blob).sort((one, other) => one.at - other.at)
  }

  async put(file: KeptFile): Promise<void> {
    await this.#database.ask('readwrite', store => store.put(file))
  }

  async delete(id: string): Promise<void> {
    await this.#database.ask('readwrite', store => store.delete(id))
  }
}

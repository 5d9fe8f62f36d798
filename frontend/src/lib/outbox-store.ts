/** Persistent storage for unsent messages: IndexedDB, which may be missing or stuck. */

/** A message as it is stored. */
export interface KeptMessage {
  message_id: string
  sessionId: string
  text: string
  /** When it was said, in milliseconds since 1970; a later message has a higher number. */
  at: number
  /** Why it will not be sent by itself. */
  failure?: string
}

/** Every method may reject; then nothing was changed. */
export interface OutboxStore {
  all(): Promise<KeptMessage[]>
  has(messageId: string): Promise<boolean>
  put(message: KeptMessage): Promise<void>
  delete(messageId: string): Promise<void>
}

const NAME = 'janus-outbox'
const MESSAGES = 'messages'
/** Milliseconds; on some phones IndexedDB sometimes never answers. */
const PATIENCE = 3000

/** Messages in this browser's database, which all its pages share. */
export class IndexedDbStore implements OutboxStore {
  #database: Promise<IDBDatabase> | undefined

  async all(): Promise<KeptMessage[]> {
    const kept: unknown[] = await this.#ask('readonly', store => store.getAll())
    return kept.filter(isMessage).sort((one, other) => one.at - other.at)
  }

  async has(messageId: string): Promise<boolean> {
    return (await this.#ask('readonly', store => store.count(messageId))) > 0
  }

  async put(message: KeptMessage): Promise<void> {
    await this.#ask('readwrite', store => store.put(message))
  }

  async delete(messageId: string): Promise<void> {
    await this.#ask('readwrite', store => store.delete(messageId))
  }

  async #ask<T>(
    mode: IDBTransactionMode,
    question: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const reused = this.#database !== undefined
    try {
      const database = await (this.#database ??= bounded(open()))
      return await bounded(run(database, mode, question))
    } catch (error) {
      // Phones close the databases of pages in the background; a new connection helps.
      this.#database = undefined
      if (!reused) throw error
      return await this.#ask(mode, question)
    }
  }
}

async function open(): Promise<IDBDatabase> {
  return await new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(MESSAGES, {keyPath: 'message_id'})
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('another page holds the database'))
  })
}

async function run<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  question: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return await new Promise((resolve, reject) => {
    // Strict: on disk, not only in the memory of a browser that the phone may kill at any time.
    const transaction = database.transaction(MESSAGES, mode, {durability: 'strict'})
    const request = question(transaction.objectStore(MESSAGES))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onerror = transaction.onabort = () => reject(transaction.error)
  })
}

async function bounded<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer')), PATIENCE)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function isMessage(kept: unknown): kept is KeptMessage {
  const {message_id, sessionId, text, at} = (kept ?? {}) as Partial<KeptMessage>
  const texts = [message_id, sessionId, text].every(value => typeof value === 'string')
  return texts && typeof at === 'number'
}

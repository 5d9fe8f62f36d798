/** One table in the browser's database: IndexedDB, which may be missing or stuck. */

import {ours} from './base'

/** Milliseconds; on some phones IndexedDB sometimes never answers. */
const PATIENCE = 3000

export class Database {
  readonly #name: string
  readonly #table: string
  readonly #key: string
  #open: Promise<IDBDatabase> | undefined

  constructor(name: string, table: string, key: string) {
    this.#name = ours(name)
    this.#table = table
    this.#key = key
  }

  /** The answer once it is on disk. Rejects if it is not; then nothing was changed. */
  async ask<T>(mode: IDBTransactionMode, question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const reused = this.#open !== undefined
    try {
      const database = await (this.#open ??= bounded(this.#opened()))
      return await bounded(this.#run(database, mode, question))
    } catch (error) {
      // Phones close the databases of pages in the background; a new connection helps.
      this.#open = undefined
      if (!reused) throw error
      return await this.ask(mode, question)
    }
  }

  async #opened(): Promise<IDBDatabase> {
    return await new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(this.#table, {keyPath: this.#key})
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
      request.onblocked = () => reject(new Error('another page holds the database'))
    })
  }

  async #run<T>(database: IDBDatabase, mode: IDBTransactionMode, question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return await new Promise((resolve, reject) => {
      // Strict: on disk, not only in the memory of a browser that the phone may kill at any time.
      const transaction = database.transaction(this.#table, mode, {durability: 'strict'})
      const request = question(transaction.objectStore(this.#table))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = transaction.onabort = () => reject(transaction.error)
    })
  }
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

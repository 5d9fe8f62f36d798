/**
 * Files on their way to Janus, in the background, before the message that they go with.
 *
 *     add() ──> made smaller ──> kept on the phone ──> sent piece by piece ──> whole ──> forgotten with its message
 *                                      └── after a tunnel, a reload: on from where Janus says it has got
 */

import type {ApiError} from './api-error'
import {newId} from './id'
import {prepare, type Prepared} from './photo'
import {IndexedDbFiles, type KeptFile, type UploadStore} from './upload-store'
import type {AttachmentsApi} from './attachments-api'
import {backoff} from './link'
import {onWake} from './waking'
import type {Attachment} from './wire'

/** Bytes of a piece, and how many are sent at once where that is quick: in so many milliseconds. */
const PIECE = 1 << 18
const AT_ONCE = 4
const QUICK = 800
const WEEK = 7 * 86_400_000

export interface Upload {
  readonly id: string
  readonly sessionId: string
  readonly name: string
  readonly size: number
  /** Bytes that have arrived. */
  readonly sent: number
  readonly state: 'preparing' | 'waiting' | 'sending' | 'whole' | 'failed'
  /** Why it cannot be sent, in words for the user. */
  readonly error?: string
  /** It goes with the next message. */
  readonly draft: boolean
  /** To be looked at, if it is a picture; `pictured` if Janus has it, and the phone no longer. */
  readonly preview?: Blob
  readonly pictured?: boolean
}

export class Uploads {
  readonly loaded: Promise<void>
  readonly #api: Pick<AttachmentsApi, 'send' | 'remove'>
  readonly #store: UploadStore
  readonly #prepare: (file: File) => Promise<Prepared>
  readonly #kept = new Map<string, KeptFile>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #listeners = new Set<(all: readonly Upload[]) => void>()
  readonly #stopWaking: () => void
  #all: readonly Upload[] = []
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: Pick<AttachmentsApi, 'send' | 'remove'>, store: UploadStore = new IndexedDbFiles(), how = prepare) {
    this.#api = api
    this.#store = store
    this.#prepare = how
    this.loaded = this.#load()
    this.#stopWaking = onWake(() => this.#sendAll())
  }

  /** Call *listener* now and at every change; returns a function that unsubscribes it. */
  subscribe(listener: (all: readonly Upload[]) => void): () => void {
    this.#listeners.add(listener)
    listener(this.#all)
    return () => this.#listeners.delete(listener)
  }

  /** Attach files to the next message of a session; *later* if that has not begun. */
  async add(sessionId: string, files: readonly File[], later = false): Promise<void> {
    const begun = files.map(file => ({file, id: newId()}))
    const fresh = begun.map(({file: {name, size}, id}): Upload => ({id, sessionId, name, size, sent: 0, state: 'preparing', draft: true}))
    this.#show([...this.#all, ...fresh])
    for (const {file, id} of begun) {
      const {blob, name} = await this.#prepare(file)
      if (!this.#find(id)) continue // removed meanwhile
      const kept = {id, sessionId, name, blob, at: Date.now(), taken: !this.#find(id)!.draft, later}
      this.#kept.set(id, kept)
      const preview = /^image\/(jpeg|png|webp|gif)$/.test(blob.type) ? {preview: blob} : {}
      this.#change(id, {name, size: blob.size, state: 'waiting', ...preview})
      await this.#store.put(kept).catch(() => {}) // it is not lost before a reload
      if (!later) this.#begin(id)
    }
  }

  /** Those that go with the next message of a session. */
  draftsOf(sessionId: string): readonly Upload[] {
    return this.#all.filter(it => it.sessionId === sessionId && it.draft)
  }

  /** Attach no longer. */
  remove(id: string): void {
    const upload = this.#find(id)
    this.#forget(id)
    if (upload?.sent) void this.#api.remove(upload.sessionId, id).catch(() => {})
  }

  /** The files of the next message: from now on they go with it. */
  take(sessionId: string): Attachment[] {
    const mine = this.draftsOf(sessionId)
    for (const {id} of mine) {
      this.#change(id, {draft: false})
      const kept = this.#kept.get(id)
      if (kept) this.#keep({...kept, taken: true})
    }
    return mine.map(({id, name, size}) => ({attachment_id: id, name, size, media_type: ''}))
  }

  /** The files of a message that is taken back: they go with the next one of a session again; *later* if that has not begun. */
  async giveBack(sessionId: string, files: readonly Attachment[], later = false): Promise<void> {
    await this.loaded
    for (const {attachment_id: id, name, size, width} of files) {
      const [upload, known] = [this.#find(id), this.#kept.get(id)]
      // Another session has none of it yet.
      const anew = upload && upload.sessionId !== sessionId && upload.state !== 'preparing'
      const file = known ?? (upload ? undefined : {id, name, blob: new Blob(), there: {size, ...(width && {width})}, at: Date.now()})
      if (file) this.#keep({...file, sessionId, taken: false, later})
      if (upload) this.#change(id, {sessionId, draft: true, ...(anew && {sent: 0, state: 'waiting', error: undefined})})
      else this.#show([...this.#all, asUpload(this.#kept.get(id)!)])
    }
    if (!later) this.#sendAll()
  }

  /** Resolves when Janus has all of these files; rejects with an ApiError. */
  async deliver(ids: readonly string[]): Promise<void> {
    await this.loaded
    // What this phone does not have any more may be there; the message will tell.
    for (const id of ids) if (this.#find(id)) await this.#run(id)
  }

  /** Their message is sent. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#forget(id)
  }

  /** The message that took them is sent. One that was taken back meanwhile goes with the next. */
  arrived(ids: readonly string[]): void {
    this.forget(ids.filter(id => !this.#find(id)?.draft))
  }

  /** Janus can be reached again. */
  wake(): void {
    this.#failures = 0
    this.#sendAll()
  }

  /** Stop sending. May be called twice. */
  close(): void {
    this.#stopWaking()
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  async #load(): Promise<void> {
    const kept = await this.#store.all().catch((): KeptFile[] => [])
    for (const file of kept.filter(({id}) => !this.#find(id))) {
      if (file.taken && file.at < Date.now() - WEEK) {
        this.#store.delete(file.id).catch(() => {})
        continue
      }
      this.#kept.set(file.id, file)
      this.#show([...this.#all, asUpload(file)])
    }
    this.#sendAll()
  }

  #sendAll(): void {
    clearTimeout(this.#timer)
    for (const {id, state} of this.#all) if (state === 'waiting' && !this.#kept.get(id)?.later) this.#begin(id)
  }

  /** In the background: what fails for want of a network is tried again. */
  #begin(id: string): void {
    this.#run(id).then(
      () => (this.#failures = 0),
      () => {
        if (this.#find(id)?.state !== 'waiting') return
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#sendAll(), backoff(++this.#failures, 1000))
      },
    )
  }

  #run(id: string): Promise<void> {
    const running = this.#running.get(id) ?? this.#upload(id).finally(() => this.#running.delete(id))
    this.#running.set(id, running)
    return running
  }

  async #upload(id: string): Promise<void> {
    const upload = this.#find(id)
    const kept = this.#kept.get(id)
    if (!upload || !kept || upload.state === 'whole') return
    this.#change(id, {state: 'sending', error: undefined})
    try {
      await this.#send(kept, upload.sent)
    } catch (failure) {
      const {status = 0, message} = failure as Partial<ApiError>
      const final = status >= 400 && status < 500 && ![401, 408, 429].includes(status)
      this.#change(id, {state: final ? 'failed' : 'waiting', ...(final && {error: message})})
      throw failure
    }
  }

  async #send({id, sessionId, name, blob}: KeptFile, from: number): Promise<void> {
    let [at, count, complete] = [from, 1, false]
    while (!complete && this.#find(id)) {
      const began = Date.now()
      const query = {session_id: sessionId, attachment_id: id, name, size: blob.size, offset: at}
      const told = await this.#api.send(query, blob.slice(at, at + count * PIECE))
      count = Date.now() - began < QUICK ? AT_ONCE : 1
      complete = told.complete
      at = told.received
      this.#change(id, complete ? {sent: blob.size, state: 'whole'} : {sent: at})
    }
  }

  #find(id: string): Upload | undefined {
    return this.#all.find(it => it.id === id)
  }

  #keep(file: KeptFile): void {
    this.#kept.set(file.id, file)
    void this.#store.put(file).catch(() => {})
  }

  #forget(id: string): void {
    this.#kept.delete(id)
    this.#store.delete(id).catch(() => {})
    this.#show(this.#all.filter(it => it.id !== id))
  }

  #change(id: string, change: {[Key in keyof Upload]?: Upload[Key] | undefined}): void {
    this.#show(this.#all.map(it => (it.id === id ? ({...it, ...change} as Upload) : it)))
  }

  #show(all: readonly Upload[]): void {
    this.#all = all
    for (const listener of this.#listeners) listener(all)
  }
}

function asUpload({id, sessionId, name, blob, taken, there}: KeptFile): Upload {
  const its = {id, sessionId, name, draft: !taken}
  if (there) return {...its, size: there.size, sent: there.size, state: 'whole', pictured: Boolean(there.width)}
  return {...its, size: blob.size, sent: 0, state: 'waiting', preview: blob}
}

import {signal, type ReadonlySignal} from '@preact/signals'
import {useEffect, useMemo} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Attachment} from '../../lib/types'
import {LARGEST, MOST} from '../../lib/upload-limits'
import type {Upload, Uploads} from '../../lib/uploads'
import {sent} from '../sent-strings'

/** The files of the next message of a session. */
export class Files {
  readonly all: ReadonlySignal<readonly Upload[]>
  readonly #all = signal<readonly Upload[]>([])
  readonly #app: App
  readonly #session: () => string
  readonly #later: boolean
  #uploads: Uploads | undefined

  constructor(app: App, session: () => string, later: boolean) {
    this.all = this.#all
    this.#app = app
    this.#session = session
    this.#later = later
  }

  /** Show what is attached already; returns a function that ends it. */
  watch(): () => void {
    let end = () => {}
    let over = false
    const show = (uploads: Uploads) => {
      this.#uploads = uploads
      if (over) return
      end = uploads.subscribe(all => {
        const mine = all.filter(it => it.sessionId === this.#session() && it.draft)
        if (mine.length || this.#all.peek().length) this.#all.value = mine
      })
    }
    this.#app.uploads().then(show, () => {})
    return () => {
      over = true
      end()
    }
  }

  async add(given: FileList | readonly File[]): Promise<void> {
    const files = [...given]
    // What keeps them may come late, when the next message is another one's.
    const session = this.#session()
    const large = files.filter(({size}) => size > LARGEST)
    const room = MOST - this.#all.peek().length
    const fitting = files.filter(({size}) => size > 0 && size <= LARGEST).slice(0, Math.max(0, room))
    if (large.length) this.#app.announce(sent.files.large(large.map(({name}) => name).join(', ')), true)
    else if (fitting.length < files.length) this.#app.announce(sent.files.many(MOST), true)
    try {
      const uploads = this.#uploads ?? (await this.#app.uploads())
      if (fitting.length) this.#app.announce(sent.files.added(fitting.length))
      await uploads.add(session, fitting, this.#later)
    } catch {
      this.#app.announce(sent.files.notLoaded, true)
    }
  }

  /** Those of a message that is taken back. */
  async giveBack(files: readonly Attachment[]): Promise<void> {
    const session = this.#session()
    try {
      await (this.#uploads ?? (await this.#app.uploads())).giveBack(session, files, this.#later)
    } catch {
      this.#app.announce(sent.files.notLoaded, true)
    }
  }

  remove(id: string): void {
    this.#uploads?.remove(id)
  }

  /** Whether the message can go; if not, it is said why. */
  ready(): boolean {
    const wrong = this.#all.peek().find(({state}) => state === 'failed')
    const many = this.#all.peek().length > MOST
    if (wrong) this.#app.announce(sent.files.removeFirst(wrong.name), true)
    else if (many) this.#app.announce(sent.files.many(MOST), true)
    return !wrong && !many
  }

  /** They go with the message that is sent now. */
  take(): Attachment[] {
    return this.#all.peek().length ? (this.#uploads?.take(this.#session()) ?? []) : []
  }

  /** The ids of all, once Janus has them; rejects with an ApiError. They still go with the next message, until `forget`. */
  async delivered(): Promise<string[]> {
    const ids = this.#all.peek().map(({id}) => id)
    await this.#uploads?.deliver(ids)
    return ids
  }

  /** These went with a message. */
  forget(ids: readonly string[]): void {
    this.#uploads?.forget(ids)
  }
}

/** The files of the next message of this session; *later* if that has not begun. */
export function useFiles(app: App, session: () => string, later = false): Files {
  const files = useMemo(() => new Files(app, session, later), [])
  useEffect(() => (app.readOnly.peek() ? undefined : files.watch()), [])
  return files
}

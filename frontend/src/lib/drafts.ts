import {ours} from './base'
import {newId} from './id'
import {isHidden, onWake} from './waking'

const PREFIX = ours('janus-draft:')
const TAB = ours('janus-tab')

interface Draft {
  key: string
  text: string
  at: number
}

/**
 * Unsent text of each session; survives a reload where the browser allows it. Every tab has its own,
 * which no other tab overwrites; one that has none begins with the newest.
 */
export class Drafts {
  readonly #storage: () => Storage
  readonly #tab: string
  /** What this tab last loaded or saved. */
  readonly #known = new Map<string, string>()
  /** What takes text into the field of a session, where that is drawn. */
  readonly #fields = new Map<string, (text: string) => void>()
  /** The keys of drafts that were begun in another tab. */
  readonly #sources = new Map<string, string>()
  /** Drafts the browser refused to store, because it is full or stores nothing for this page. */
  readonly #refused = new Map<string, string>()

  /** Sessions that were deleted. */
  readonly #forgotten = new Set<string>()

  constructor(storage: () => Storage = () => localStorage, tab: string = nameOfTab()) {
    this.#storage = storage
    this.#tab = tab
  }

  /** The draft of a session; empty if there is none. */
  load(sessionId: string): string {
    const refused = this.#refused.get(sessionId)
    if (refused !== undefined) return refused
    const own = this.#attempt(storage => asDraft(storage.getItem(this.#key(sessionId)) ?? '').text)
    const newest = own ? undefined : this.#all(sessionId).sort((one, other) => other.at - one.at)[0]
    if (newest) this.#sources.set(sessionId, newest.key)
    const text = own || (newest?.text ?? '')
    this.#known.set(sessionId, text)
    return text
  }

  /** Save a draft; an empty one is removed. */
  save(sessionId: string, text: string): void {
    // A tab that has changed nothing may have an old one.
    if (text === (this.#known.get(sessionId) ?? '')) return
    this.#known.set(sessionId, text)
    this.#write(sessionId, text)
  }

  /** Put text into a draft from elsewhere than its field: below what is there. */
  add(sessionId: string, text: string): void {
    if (!text) return
    const take = this.#fields.get(sessionId) ?? ((text: string) => this.save(sessionId, joined(this.load(sessionId), text)))
    take(text)
  }

  /** Save a draft because the page is left: it may not have been told yet that another tab took it. */
  leave(sessionId: string, text: string): void {
    this.save(sessionId, text)
    if (text && !this.#sources.has(sessionId)) this.#write(sessionId, text)
  }

  /** Remove a draft that was sent, here and in all tabs that have the same. */
  sent(sessionId: string, text: string): void {
    this.#known.set(sessionId, '')
    const source = this.#sources.get(sessionId)
    this.#sources.delete(sessionId)
    for (const {key, text: other} of this.#all(sessionId)) {
      // Empty first: tabs are told of both changes, and know that it was sent.
      if (other.trim() === text.trim()) this.#attempt(storage => (storage.setItem(key, ''), storage.removeItem(key)))
    }
    // It was gone on with here; where it was begun, it is put back if that tab is still open.
    const begun = this.#all(sessionId).find(({key}) => key === source)
    if (begun && text.includes(begun.text)) this.#attempt(storage => storage.removeItem(begun.key))
    this.#write(sessionId, '')
  }

  /** Remove all drafts of a session that was deleted; this tab saves none any more. */
  forget(sessionId: string): void {
    this.#forgotten.add(sessionId)
    this.#refused.delete(sessionId)
    for (const {key} of this.#all(sessionId)) this.#attempt(storage => (storage.setItem(key, ''), storage.removeItem(key)))
  }

  /** Call *gone* with the draft of this tab when it was sent in another one, *take* with what is added to it; returns what ends that. */
  watch(sessionId: string, gone: (text: string) => void, take?: (text: string) => void): () => void {
    const key = this.#key(sessionId)
    const putBack = () => {
      const text = this.#known.get(sessionId)
      if (text && !this.#sources.has(sessionId)) this.#attempt(storage => storage.getItem(key) ?? this.#write(sessionId, text))
    }
    const changed = ({key: changedKey, newValue}: StorageEvent) => {
      const source = this.#sources.get(sessionId)
      if (newValue === '' && (changedKey === key || changedKey === source)) {
        const text = this.#known.get(sessionId) ?? ''
        this.#known.set(sessionId, '')
        this.#sources.delete(sessionId)
        gone(text)
      } else if (changedKey === key && newValue === null) putBack()
    }
    addEventListener('storage', changed)
    if (take) this.#fields.set(sessionId, take)
    // A page that was frozen was not told.
    const stop = onWake(putBack)
    return () => {
      removeEventListener('storage', changed)
      if (this.#fields.get(sessionId) === take) this.#fields.delete(sessionId)
      stop()
    }
  }

  #write(sessionId: string, text: string): void {
    if (this.#forgotten.has(sessionId)) return
    try {
      const key = this.#key(sessionId)
      if (text) this.#storage().setItem(key, JSON.stringify({text, at: Date.now()}))
      else this.#storage().removeItem(key)
      this.#refused.delete(sessionId)
    } catch {
      this.#refused.set(sessionId, text)
    }
  }

  /** The drafts of all tabs. */
  #all(sessionId: string): Draft[] {
    const mine = PREFIX + sessionId
    const drafts = this.#attempt(storage =>
      Object.keys(storage)
        // Older pages had one for all tabs.
        .filter(key => key === mine || key.startsWith(`${mine}:`))
        .map(key => ({key, ...asDraft(storage.getItem(key) ?? '', key === mine)})),
    )
    return drafts?.filter(({text}) => text) ?? []
  }

  #key(sessionId: string): string {
    return `${PREFIX}${sessionId}:${this.#tab}`
  }

  #attempt<T>(work: (storage: Storage) => T): T | undefined {
    try {
      return work(this.#storage())
    } catch {
      return undefined // storage that is not available holds nothing of ours
    }
  }
}

/** A draft with more text. */
export function joined(draft: string, text: string, between = '\n'): string {
  return draft.trim() ? `${draft.trimEnd()}${between}${text}` : text
}

function asDraft(value: string, plain = false): Omit<Draft, 'key'> {
  if (plain) return {text: value, at: 0}
  try {
    const {text, at} = JSON.parse(value) as Partial<Draft>
    return {text: String(text ?? ''), at: Number(at) || 0}
  } catch {
    return {text: '', at: 0}
  }
}

/** The name of this tab, which it keeps over a reload; a duplicate of it gets one of its own. */
function nameOfTab(): string {
  const attempt = (work: () => string | null | void) => {
    try {
      return work()
    } catch {
      return null
    }
  }
  const name = attempt(() => sessionStorage.getItem(TAB)) || newId()
  // It lies there only while the tab is not in use: the browser copies what is there into a duplicate.
  const leave = () => attempt(() => sessionStorage.setItem(TAB, name))
  const enter = () => attempt(() => sessionStorage.removeItem(TAB))
  addEventListener('pagehide', leave)
  addEventListener('pageshow', enter)
  document.addEventListener('visibilitychange', () => (isHidden() ? leave() : enter()))
  return name
}

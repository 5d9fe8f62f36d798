const PREFIX = 'janus-draft:'

/** Unsent text of each session; survives a reload where the browser allows it. */
export class Drafts {
  readonly #storage: () => Storage
  /** Drafts the browser refused to store, because it is full or stores nothing for this page. */
  readonly #refused = new Map<string, string>()

  constructor(storage: () => Storage = () => localStorage) {
    this.#storage = storage
  }

  /** The draft of a session; empty if there is none. */
  load(sessionId: string): string {
    const refused = this.#refused.get(sessionId)
    if (refused !== undefined) return refused
    try {
      return this.#storage().getItem(PREFIX + sessionId) ?? ''
    } catch {
      return ''
    }
  }

  /** Save a draft; an empty one is removed. */
  save(sessionId: string, text: string): void {
    try {
      if (text) this.#storage().setItem(PREFIX + sessionId, text)
      else this.#storage().removeItem(PREFIX + sessionId)
      this.#refused.delete(sessionId)
    } catch {
      this.#refused.set(sessionId, text)
    }
  }
}

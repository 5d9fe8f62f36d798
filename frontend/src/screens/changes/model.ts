/** What a session, or a turn of it, changed: fetched, and kept fresh while the agent works. */

import {batch, computed, effect, signal, untracked} from '@preact/signals'

import type {ChatContext} from '../../chat/state/chat-context'
import type {ApiError} from '../../lib/api'
import type {ChangedFile, ChangedLines, ChangesReply} from '../../lib/types'
import {groupsOf} from './order'

/** Milliseconds between two looks while the agent works: each goes through all files. */
const PAUSE = 1000
/** Diffs that are remembered. */
const KEPT = 40

export class ChangesModel {
  readonly reply = signal<ChangesReply | undefined>(undefined)
  readonly error = signal<ApiError | null>(null)
  readonly looking = signal(false)
  readonly groups = computed(() => groupsOf(this.reply.value?.files ?? []))
  /** All files, in the order in which they are shown. */
  readonly files = computed(() => this.groups.value.flatMap(({files}) => files))

  readonly #chat: ChatContext
  readonly #lines = new Map<string, Promise<ChangedLines>>()
  readonly #end: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #again = false
  #closed = false

  constructor(chat: ChatContext, readonly turn?: string) {
    this.#chat = chat
    // Each step that ends may have changed files; so may the end of the turn.
    const {conversation} = chat
    const steps = computed(() => {
      const calls = conversation.state.value?.messages.at(-1)?.tool_calls ?? []
      return `${conversation.working.value} ${calls.filter(({status}) => status !== 'in_progress').length}`
    })
    // So may have whatever happened while Janus could not be reached.
    this.#end = effect(() => {
      if (steps.value && chat.app.connection.reached.value) untracked(() => this.refresh())
    })
  }

  /** Look now, or as soon as the last look is over. */
  refresh(): void {
    if (this.looking.peek() || this.#timer) {
      this.#again = true
      return
    }
    void this.#look()
  }

  file(path: string): ChangedFile | undefined {
    return this.files.value.find(file => file.path === path)
  }

  /** The files before and after one. */
  around(path: string): {at: number; before?: string; after?: string} {
    const files = this.files.value
    const at = files.findIndex(file => file.path === path)
    const [before, after] = [files[at - 1], files[at + 1]]
    return {at, ...(before && {before: before.path}), ...(at >= 0 && after && {after: after.path})}
  }

  /** How a file changed; what was fetched once is there at once. */
  lines(file: ChangedFile, functions: boolean): Promise<ChangedLines> {
    const key = `${file.path}\0${file.old_blob}\0${file.blob}\0${functions}`
    const known = this.#lines.get(key)
    if (known) return known
    const {app, conversation} = this.#chat
    const asked = app.api.work.lines(conversation.sessionId, file.path, this.scope, functions)
    this.#lines.set(key, asked)
    asked.catch(() => this.#lines.delete(key))
    const oldest = this.#lines.keys().next().value
    if (this.#lines.size > KEPT && oldest !== undefined) this.#lines.delete(oldest)
    return asked
  }

  get scope(): {turn_id?: string} {
    return this.turn ? {turn_id: this.turn} : {}
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true
    this.#end()
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const {app, conversation} = this.#chat
    this.looking.value = true
    this.#again = false
    let [reply, error]: [ChangesReply | undefined, ApiError | null] = [undefined, null]
    try {
      reply = await app.api.work.changes(conversation.sessionId, this.scope)
    } catch (failure) {
      error = failure as ApiError
    }
    if (this.#closed) return
    batch(() => {
      this.error.value = error
      if (reply) this.reply.value = reply
      this.looking.value = false
    })
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#again) void this.#look()
    }, PAUSE)
  }
}

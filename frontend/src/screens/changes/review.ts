/**
 * What its owner thinks of the changes: comments on lines, and marks on files that were looked at.
 *
 * Janus keeps them, so that every device has them. What it has not taken yet, without a network say, is kept on
 * this device and tried again.
 */

import {computed, signal} from '@preact/signals'

import {loadItem, removeItem, saveItem} from '../../app/local-storage'
import type {ChatContext} from '../../chat/state/chat-context'
import type {ApiError} from '../../lib/api'
import {newId} from '../../lib/id'
import type {ChangedFile, CommentBody, ReviewComment, ReviewReply, ViewedBody} from '../../lib/types'
import {viewKey} from './order'

export type Comment = Omit<CommentBody, 'session_id'> & Partial<Pick<ReviewComment, 'stale'>>

type Mark = Omit<ViewedBody, 'session_id'>

/** What is still to be told to Janus. */
export type Pending = {put: Comment} | {gone: string} | {mark: Mark}

export class Review {
  readonly #known = signal<ReviewReply | undefined>(undefined)
  readonly #pending = signal<Pending[]>([])
  /** Why Janus did not take the last one; empty if it did. */
  readonly problem = signal('')
  /** There are comments that only this device has. */
  readonly unkept = computed(() => this.#pending.value.some(it => 'put' in it))
  readonly comments = computed(() => commentsOf(this.#known.value?.comments ?? [], this.#pending.value))
  readonly viewed = computed(() => viewedOf(this.#known.value?.viewed ?? [], this.#pending.value))

  readonly #chat: ChatContext
  readonly #item: string
  #telling: Promise<void> | undefined
  /** Each answer holds everything, so calls go one after the other: none can bring back what was before the next. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(chat: ChatContext) {
    this.#chat = chat
    this.#item = `review:${chat.conversation.sessionId}`
    this.#pending.value = loadItem<Pending[]>(this.#item, [])
  }

  /** Fetch what other devices may have added, once what waits here is told. */
  async load(): Promise<void> {
    if (this.#pending.peek().length) await this.#tell()
    await this.#take(() => this.#api.review(this.#id))
  }

  /** The comments on one file as it is here; those on what it was earlier are not among them. */
  on({path, blob, old_blob}: ChangedFile): Comment[] {
    return this.comments.value.filter(it => it.path === path && it.blob === (it.side === 'old' ? old_blob : blob))
  }

  put(comment: Omit<Comment, 'comment_id'> & {comment_id?: string}): void {
    this.#later({put: {...comment, comment_id: comment.comment_id ?? newId()}})
  }

  remove(id: string): void {
    this.#later({gone: id})
  }

  isViewed(file: ChangedFile): boolean {
    return this.viewed.value.has(viewKey(file))
  }

  mark({path, old_blob, blob}: ChangedFile, viewed: boolean): void {
    if (!this.#chat.app.readOnly.peek()) this.#later({mark: {path, old_blob, blob, viewed}})
  }

  /** Send all comments in one message. Rejects with words for the user. */
  async send(message: string): Promise<void> {
    await this.#tell()
    if (this.unkept.peek()) throw new Error(this.problem.peek())
    const comment_ids = this.comments.peek().map(it => it.comment_id)
    try {
      await this.#api.sendReview({session_id: this.#id, comment_ids, message, message_id: newId()})
    } finally {
      void this.load() // it may have arrived all the same
    }
  }

  get #id(): string {
    return this.#chat.conversation.sessionId
  }

  get #api() {
    return this.#chat.app.api.work
  }

  #later(what: Pending): void {
    this.#keep(merged(this.#pending.peek(), what))
    void this.#tell()
  }

  #keep(pending: Pending[]): void {
    this.#pending.value = pending
    if (pending.length) saveItem(this.#item, pending)
    else removeItem(this.#item)
  }

  /** Tell Janus all that waits, one after the other. */
  #tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => (this.#telling = undefined))
    return this.#telling
  }

  async #tellAll(): Promise<void> {
    const tried = new Set<Pending>()
    for (;;) {
      const next = this.#pending.peek().find(it => !tried.has(it))
      if (!next) return
      tried.add(next)
      if (await this.#take(() => this.#tellOne(next))) this.#keep(this.#pending.peek().filter(it => it !== next))
    }
  }

  #tellOne(what: Pending): Promise<ReviewReply> {
    const session_id = this.#id
    if ('gone' in what) return this.#api.deleteComment(session_id, what.gone)
    if ('mark' in what) return this.#api.putViewed({session_id, ...what.mark})
    const {stale: _, ...comment} = what.put
    return this.#api.putComment({session_id, ...comment})
  }

  #take(call: () => Promise<ReviewReply>): Promise<boolean> {
    const taken = this.#last.then(() => this.#takeOne(call))
    this.#last = taken
    return taken
  }

  async #takeOne(call: () => Promise<ReviewReply>): Promise<boolean> {
    try {
      this.#known.value = await call()
      this.problem.value = ''
      return true
    } catch (failure) {
      const {code, message} = failure as ApiError
      if (code === 'SESSION_NOT_FOUND') this.#keep([]) // it was deleted, and with it all that was said of it
      this.problem.value = message
      return false
    }
  }
}

/** With one more; what it makes pointless is left out. */
export function merged(pending: readonly Pending[], what: Pending): Pending[] {
  const about = (it: Pending) => ('put' in it ? it.put.comment_id : 'gone' in it ? it.gone : viewKey(it.mark))
  return [...pending.filter(it => about(it) !== about(what)), what]
}

/** All comments, by file and line. */
function commentsOf(known: readonly ReviewComment[], pending: readonly Pending[]): Comment[] {
  const all = new Map<string, Comment>(known.map(({at: _, ...it}) => [it.comment_id, it]))
  for (const it of pending) {
    if ('put' in it) all.set(it.put.comment_id, it.put)
    if ('gone' in it) all.delete(it.gone)
  }
  return [...all.values()].sort((one, other) => (one.path === other.path ? one.start - other.start : one.path < other.path ? -1 : 1))
}

function viewedOf(known: readonly Mark[], pending: readonly Pending[]): ReadonlySet<string> {
  const all = new Set(known.map(it => viewKey(it)))
  for (const it of pending) {
    if (!('mark' in it)) continue
    const key = viewKey(it.mark)
    if (it.mark.viewed) all.add(key)
    else all.delete(key)
  }
  return all
}

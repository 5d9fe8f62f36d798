/** The calls about files: what changed, how it is reviewed, undone and let in. */

import type {Requests} from './requests'
import type {
  ChangedLines,
  ChangesReply,
  CommentBody,
  CommitReply,
  DiscardReply,
  File,
  MergeReply,
  PullRequestReply,
  PushReply,
  ReviewReply,
  SendBody,
  State,
  UndoReply,
  ViewedBody,
} from './types'

/** Milliseconds for what goes through all files, or over the network: hooks and remotes take their time. */
const PATIENT = 120_000

/** Which changes: those since the session began, or those of one turn. */
export interface Scope {
  turn_id?: string
}

/** What is to be done, as it was seen with `dry_run`; without a tree it is only looked at. */
export interface Landing {
  session_id: string
  tree?: string
}

/** One method for each endpoint. */
export class WorkApi {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  changes(session_id: string, scope: Scope = {}): Promise<ChangesReply> {
    return this.#requests.call('GET /api/changes', {query: {session_id, ...scope}, timeout: PATIENT})
  }

  /** How one file changed; with the whole functions around. */
  lines(session_id: string, path: string, scope: Scope = {}, functions = false): Promise<ChangedLines> {
    const query = {session_id, path, ...scope, ...(functions && {functions})}
    return this.#requests.call('GET /api/changes/file', {query, timeout: PATIENT})
  }

  /** Paths that have these letters, in their order; the best first. */
  async files(session_id: string, q: string, limit = 50): Promise<string[]> {
    return (await this.#requests.call('GET /api/files', {query: {session_id, q, limit}})).paths
  }

  file(session_id: string, path: string): Promise<File> {
    return this.#requests.call('GET /api/file', {query: {session_id, path}, timeout: PATIENT})
  }

  /** The comments that wait, and what was looked at. */
  review(session_id: string): Promise<ReviewReply> {
    return this.#requests.call('GET /api/review', {query: {session_id}})
  }

  putComment(body: CommentBody): Promise<ReviewReply> {
    return this.#requests.call('PUT /api/review/comment', {body})
  }

  deleteComment(session_id: string, comment_id: string): Promise<ReviewReply> {
    return this.#requests.call('DELETE /api/review/comment', {query: {session_id, comment_id}})
  }

  putViewed(body: ViewedBody): Promise<ReviewReply> {
    return this.#requests.call('PUT /api/review/viewed', {body})
  }

  /** Send comments in one message; with the same `message_id` it is accepted once. */
  sendReview(body: SendBody): Promise<State> {
    return this.#requests.call('POST /api/review/send', {body})
  }

  /** What undoing a turn, or another step, would do. */
  lookAtUndo(session_id: string, step: Step): Promise<UndoReply> {
    return this.#requests.call('POST /api/undo', {body: {session_id, ...step, dry_run: true}, timeout: PATIENT})
  }

  undo(session_id: string, step: Step, tree?: string, paths?: string[]): Promise<UndoReply> {
    const body = {session_id, ...step, ...(tree && {tree}), ...(paths && {paths})}
    return this.#requests.call('POST /api/undo', {body, timeout: PATIENT})
  }

  commit(what: Landing & {message?: string; paths?: string[]}): Promise<CommitReply> {
    return this.#requests.call('POST /api/commit', {body: looked(what), timeout: PATIENT})
  }

  discard(what: Landing & {paths?: string[]}): Promise<DiscardReply> {
    return this.#requests.call('POST /api/discard', {body: looked(what), timeout: PATIENT})
  }

  merge(what: Landing & {into?: string; message?: string; squash?: boolean}): Promise<MergeReply> {
    return this.#requests.call('POST /api/merge', {body: looked(what), timeout: PATIENT})
  }

  /** Where the branch of a session can be merged to, the likeliest first. */
  async branches(session_id: string): Promise<string[]> {
    return (await this.#requests.call('GET /api/branches', {query: {session_id}})).branches
  }

  /** Ask the agent to merge that branch into its own, and to resolve what conflicts. */
  resolve(body: {session_id: string; into?: string; message_id: string}): Promise<State> {
    return this.#requests.call('POST /api/merge/resolve', {body, timeout: PATIENT})
  }

  push(session_id: string, dry_run: boolean): Promise<PushReply> {
    return this.#requests.call('POST /api/push', {body: {session_id, dry_run}, timeout: PATIENT})
  }

  pullRequest(body: {session_id: string; into?: string; title?: string; message?: string}): Promise<PullRequestReply> {
    return this.#requests.call('POST /api/pull-request', {body, timeout: PATIENT})
  }
}

/** A turn, or what has an `undo_id`. */
export type Step = {turn_id: string} | {undo_id: string}

function looked<T extends Landing>(what: T): T & {dry_run: boolean} {
  return {...what, dry_run: !what.tree}
}

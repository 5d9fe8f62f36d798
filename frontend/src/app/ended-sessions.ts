import {batch, signal} from '@preact/signals'

import type {Api} from '../lib/api'
import {Newest} from '../lib/newest'
import type {SessionInfo} from '../lib/types'

/** How many are fetched at a time. */
const PAGE = 30

/** The sessions that have ended, the newest first, as far as they were asked for. */
export class EndedSessions {
  readonly all = signal<SessionInfo[]>([])
  /** There are more, which `more` fetches. */
  readonly next = signal<string | undefined>(undefined)
  readonly #api: Pick<Api, 'ended'>
  /** The newest page; and an older one, which stays one as long as what it follows is shown. */
  readonly #first = new Newest()
  readonly #older = new Newest()
  #project = ''

  constructor(api: Pick<Api, 'ended'>) {
    this.#api = api
  }

  /** Show those of one project only; of all if it is empty. */
  of(project: string): void {
    if (project === this.#project) return
    this.#project = project
    this.forget()
  }

  /** Fetch the newest page anew; the older ones stay. Rejects if that fails. */
  async refresh(): Promise<void> {
    const {sessions, next} = await this.#page(this.#first) ?? {}
    if (!sessions) return
    const known = this.all.peek()
    // What is older than the page is as it was; without an overlap, something between may be missing.
    const end = known.findIndex(({session_id}) => session_id === sessions.at(-1)?.session_id)
    batch(() => {
      if (!next || end < 0) {
        this.#older.drop()
        this.next.value = next
      }
      this.all.value = next && end >= 0 ? [...sessions, ...without(known.slice(end + 1), sessions)] : sessions
    })
  }

  /** Fetch the next page. Rejects if that fails. */
  async more(): Promise<void> {
    const before = this.next.peek()
    if (!before) return
    const {sessions, next} = await this.#page(this.#older, before) ?? {}
    if (!sessions) return
    batch(() => {
      this.all.value = [...without(this.all.peek(), sessions), ...sessions]
      this.next.value = next
    })
  }

  /** It was deleted, or is open again. */
  drop(sessionId: string): void {
    this.#dropAnswers()
    this.all.value = this.all.peek().filter(({session_id}) => session_id !== sessionId)
  }

  forget(): void {
    this.#dropAnswers()
    this.all.value = []
    this.next.value = undefined
  }

  #dropAnswers(): void {
    this.#first.drop()
    this.#older.drop()
  }

  /** A page; undefined if the list has changed meanwhile, or was asked for again. */
  async #page(newest: Newest, before?: string) {
    const counts = newest.askAnew()
    const page = await this.#api.ended({limit: PAGE, ...(before && {before}), ...(this.#project && {project_id: this.#project})})
    return counts() ? page : undefined
  }
}

function without(sessions: SessionInfo[], others: SessionInfo[]): SessionInfo[] {
  const ids = new Set(others.map(({session_id}) => session_id))
  return sessions.filter(({session_id}) => !ids.has(session_id))
}

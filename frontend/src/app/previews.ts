/** What the list shows of each conversation: the last line, the progress of its plan, what is asked. */

import {signal} from '@preact/signals'

import {asks} from './groups'
import type {Api} from '../lib/api'
import type {Permission, SessionInfo, State} from '../lib/types'
import type {Titles} from './titles'

export interface Preview {
  /** The last thing said or done, as plain text. */
  line: string
  permissions: Permission[]
  /** How many of the plan's steps are done. */
  plan?: {done: number; total: number}
}

export class Previews {
  readonly all = signal<Record<string, Preview>>({})
  readonly #api: Pick<Api, 'state'>
  readonly #titles: Titles
  /** What each session was like when its state was last requested. */
  readonly #asked = new Map<string, string>()

  constructor(api: Pick<Api, 'state'>, titles: Titles) {
    this.#api = api
    this.#titles = titles
  }

  /** Fetch the state of sessions that have changed; while the list is not visible, only to learn titles. */
  look(sessions: SessionInfo[], seesList: boolean): void {
    for (const session of sessions) {
      const {session_id, message_count} = session
      const untitled = message_count > 0 && !session.name && !this.#titles.has(session_id)
      const mark = markOf(session)
      if (!(seesList || untitled) || this.#asked.get(session_id) === mark) continue
      this.#asked.set(session_id, mark)
      this.#api.state(session_id).then(
        state => this.take(state),
        // The next call tries again.
        () => this.#asked.delete(session_id),
      )
    }
  }

  /** Use a state, wherever it came from. */
  take(state: State): void {
    const first = state.messages.find(({sender}) => sender === 'user')
    if (first) this.#titles.learn(state.session_id, first.content)
    this.all.value = {...this.all.peek(), [state.session_id]: previewOf(state)}
  }

  /** The question may have been answered elsewhere: fetch the state again at the next occasion. */
  doubt(sessionId: string): void {
    this.#asked.delete(sessionId)
  }

  forget(): void {
    this.#asked.clear()
    this.all.value = {}
  }
}

function markOf(session: SessionInfo): string {
  const {status, attention, message_count, last_activity} = session
  // One question may follow another unnoticed; everything else changes the status or the count.
  return [status, attention, message_count, asks(session) && last_activity].join()
}

export function previewOf(state: State): Preview {
  const last = state.messages.at(-1)
  const doing = last?.tool_calls.findLast(({status}) => status === 'in_progress')
  const done = state.plan.filter(({status}) => status === 'completed').length
  return {
    line: (doing && (doing.title || doing.name)) || plain(last?.content ?? ''),
    permissions: state.permissions,
    ...(state.plan.length > 0 && {plan: {done, total: state.plan.length}}),
  }
}

/** The beginning of a Markdown text, without markup. */
function plain(markdown: string): string {
  return markdown
    .slice(0, 600)
    .replace(/```[^]*?(```|$)/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[\s>#*+-]+|[*`_~]{1,3}/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160)
}

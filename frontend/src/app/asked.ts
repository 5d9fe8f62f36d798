/** What the agents ask in open sessions, so that the list can answer. */

import {signal} from '@preact/signals'

import {asks} from './groups'
import type {Api} from '../lib/api'
import type {Permission, SessionInfo, State} from '../lib/types'

export class Asked {
  readonly all = signal<Record<string, Permission[]>>({})
  readonly #api: Pick<Api, 'state'>
  /** When each session was last used as its questions were requested. */
  readonly #requested = new Map<string, string>()
  /** What was answered here: an older list, or state, may still be on its way. */
  readonly #answered = new Set<string>()

  constructor(api: Pick<Api, 'state'>) {
    this.#api = api
  }

  /** Take the questions out of the list; fetch those that are too long for it, where something else is asked than before. */
  look(sessions: SessionInfo[]): void {
    const listed = sessions.flatMap(({session_id, permissions}) => (permissions ? [[session_id, this.#open(permissions)] as const] : []))
    const all = {...this.all.peek(), ...Object.fromEntries(listed)}
    // An unchanged question is not drawn again.
    if (JSON.stringify(all) !== JSON.stringify(this.all.peek())) this.all.value = all
    for (const session of sessions) {
      const {session_id: id, last_activity, permissions} = session
      if (!asks(session) || permissions) this.#requested.delete(id)
      else if (this.#requested.get(id) !== last_activity) {
        this.#requested.set(id, last_activity)
        // After a failure the next call tries again.
        this.#api.state(id).then(
          // What was used since is asked for anew.
          state => this.#requested.get(id) === last_activity && this.#take(state),
          () => this.#requested.delete(id),
        )
      }
    }
  }

  /** This question was answered here; *state* is what Janus answered to that. */
  answered(requestId: string, state: State): void {
    this.#answered.add(requestId)
    this.doubt(state.session_id) // what is on its way is older
    this.#take(state)
  }

  /** The question may have been answered elsewhere: fetch the state again at the next occasion. */
  doubt(sessionId: string): void {
    this.#requested.delete(sessionId)
  }

  #take({session_id, permissions}: State): void {
    this.all.value = {...this.all.peek(), [session_id]: this.#open(permissions)}
  }

  #open(permissions: Permission[]): Permission[] {
    return permissions.filter(({request_id}) => !this.#answered.has(request_id))
  }

  forget(): void {
    this.#requested.clear()
    this.#answered.clear()
    this.all.value = {}
  }
}

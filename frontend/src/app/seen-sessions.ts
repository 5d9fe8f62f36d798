import {signal} from '@preact/signals'

import {hasFailed, type Seen} from './groups'
import {loadItem, onChangedElsewhere, saveItem} from './local-storage'
import type {SessionInfo} from '../lib/types'

const NAME = 'seen'

/** How far the user has looked at each session, on this device, in whatever tab. */
export class SeenSessions {
  readonly all = signal<Record<string, Seen>>(loadItem(NAME, {}))

  constructor() {
    onChangedElsewhere(NAME, () => (this.all.value = loadItem(NAME, {})))
  }

  /** The user is looking at this session. */
  mark(session: SessionInfo): void {
    const was = this.all.peek()[session.session_id]
    const now = asSeen(session)
    if (was?.count === now.count && was.failed === now.failed) return
    this.#save({...this.all.peek(), [session.session_id]: now})
  }

  /** Start with nothing unread in a session that has just appeared, and forget those that are gone. */
  meet(sessions: SessionInfo[]): void {
    const known = this.all.peek()
    const entries = sessions.map(session => {
      const was = known[session.session_id]
      // Once a session has recovered, its next failure counts as new.
      return [session.session_id, was ? {...was, failed: was.failed && hasFailed(session)} : {...asSeen(session), failed: false}] as const
    })
    const met = Object.fromEntries(entries)
    if (JSON.stringify(met) !== JSON.stringify(known)) this.#save(met)
  }

  #save(all: Record<string, Seen>): void {
    this.all.value = all
    saveItem(NAME, all)
  }
}

function asSeen(session: SessionInfo): Seen {
  return {count: session.message_count, failed: hasFailed(session)}
}

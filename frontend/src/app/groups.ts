/** Where a session belongs in the list, and whether anything in it is new. */

import type {SessionInfo} from '../lib/types'

export type Group = 'needs' | 'working' | 'today' | 'earlier'

/** What a session was like when the user last looked at it. */
export interface Seen {
  count: number
  failed: boolean
}

/** Whether the agent is waiting for an answer from the user. */
export function asks({attention}: SessionInfo): boolean {
  return attention === 'permission' || attention === 'question'
}

export function hasFailed({attention, status}: SessionInfo): boolean {
  return attention === 'error' || status === 'error'
}

/** A failure needs the user until it has been seen, a question until it has been answered. */
export function groupOf(session: SessionInfo, seen: Seen | undefined, now = new Date()): Group {
  if (asks(session) || (hasFailed(session) && !seen?.failed)) return 'needs'
  if (session.status === 'active') return 'working'
  return new Date(session.last_activity).toDateString() === now.toDateString() ? 'today' : 'earlier'
}

/** Among those that need the user: what blocks an agent first. */
export function byUrgency(one: SessionInfo, other: SessionInfo): number {
  const rank = ({attention}: SessionInfo) => (attention === 'permission' ? 0 : attention === 'question' ? 1 : 2)
  return rank(one) - rank(other)
}

/** Whether something has happened that the user has not seen. */
export function isUnread(session: SessionInfo, seen: Seen | undefined): boolean {
  if (!seen) return false
  return session.message_count > seen.count || (hasFailed(session) && !seen.failed)
}

/** Whether every word of the search occurs in one of the texts. */
export function matches(search: string, ...texts: (string | null | undefined)[]): boolean {
  const text = texts.filter(Boolean).join(' ').toLocaleLowerCase()
  return search.toLocaleLowerCase().split(/\s+/).every(word => text.includes(word))
}

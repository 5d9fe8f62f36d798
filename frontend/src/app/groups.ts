/** Which session belongs where in the list, and what is new in it. */

import type {SessionInfo} from '../lib/types'

export type Group = 'needs' | 'working' | 'earlier'

/** What was there when the user last looked at a session. */
export interface Seen {
  count: number
  failed: boolean
}

/** Whether the agent asks something that only the user can answer. */
export function asks({attention}: SessionInfo): boolean {
  return attention === 'permission' || attention === 'question'
}

export function hasFailed({attention, status}: SessionInfo): boolean {
  return attention === 'error' || status === 'error'
}

/** A failure needs the user until he has seen it; a question until it is answered. */
export function groupOf(session: SessionInfo, seen: Seen | undefined): Group {
  if (asks(session) || (hasFailed(session) && !seen?.failed)) return 'needs'
  return session.status === 'active' ? 'working' : 'earlier'
}

/** Whether something happened that the user has not looked at. */
export function isUnread(session: SessionInfo, seen: Seen | undefined): boolean {
  if (!seen) return false
  return session.message_count > seen.count || (hasFailed(session) && !seen.failed)
}

/** Whether all words of the search occur in what is known of a session. */
export function matches(search: string, ...known: (string | null | undefined)[]): boolean {
  const text = known.filter(Boolean).join(' ').toLocaleLowerCase()
  return search.toLocaleLowerCase().split(/\s+/).every(word => text.includes(word))
}

import {expect, it} from 'vitest'

import {byUrgency, groupOf} from '../../src/app/groups'
import type {SessionInfo} from '../../src/lib/types'

const NOW = new Date('2026-11-21T14:00:00')
const session = (change: Partial<SessionInfo>) => ({session_id: 's', status: 'waiting', attention: null, message_count: 1, last_activity: NOW.toISOString(), ...change}) as SessionInfo

it('a session is where its user looks for it', () => {
  const yesterday = new Date('2026-11-20T23:59:00').toISOString()
  expect(groupOf(session({}), undefined, NOW)).toBe('today')
  expect(groupOf(session({last_activity: yesterday}), undefined, NOW)).toBe('earlier')
  expect(groupOf(session({status: 'active', last_activity: yesterday}), undefined, NOW)).toBe('working')
  expect(groupOf(session({attention: 'question', status: 'active'}), undefined, NOW)).toBe('needs')
  expect(groupOf(session({status: 'error'}), {count: 1, failed: false}, NOW)).toBe('needs')
  expect(groupOf(session({status: 'error'}), {count: 1, failed: true}, NOW)).toBe('today')
})

it('what blocks an agent is before what only failed', () => {
  const all = [session({attention: 'error'}), session({attention: 'question'}), session({attention: 'permission'})]
  expect(all.sort(byUrgency).map(({attention}) => attention)).toEqual(['permission', 'question', 'error'])
})

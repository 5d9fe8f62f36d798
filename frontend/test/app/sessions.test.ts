import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {Previews, previewOf} from '../../src/app/previews'
import {groupOf, isUnread, matches} from '../../src/app/groups'
import {ApiError} from '../../src/lib/api'
import type {SessionInfo, State} from '../../src/lib/types'
import {SeenSessions} from '../../src/app/seen-sessions'
import {Sessions} from '../../src/app/sessions'
import {shortened, Titles} from '../../src/app/titles'
import {emptyState} from '../fakes'

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => vi.useRealTimers())

function session(changes: Partial<SessionInfo> = {}): SessionInfo {
  return {
    session_id: 's',
    name: null,
    status: 'waiting',
    agent: 'demo',
    branch: null,
    worktree_path: null,
    created_at: '2026-01-01T00:00:00.000Z',
    last_activity: '2026-01-01T00:00:00.000Z',
    message_count: 2,
    attention: null,
    ...changes,
  }
}

/** A server that answers with what the test puts into `told`. */
class Server {
  told: SessionInfo[] | ApiError = []
  asked = 0

  readonly sessions = async (): Promise<SessionInfo[]> => {
    this.asked += 1
    if (this.told instanceof ApiError) throw this.told
    return this.told
  }
}

function watching(server: Server, refused = () => {}): Sessions {
  const sessions = new Sessions(server, refused)
  sessions.start()
  return sessions
}

test('the newest use comes first', async () => {
  const server = new Server()
  server.told = [
    session({session_id: 'old'}),
    session({session_id: 'new', last_activity: '2026-01-02T00:00:00.000Z'}),
  ]

  const sessions = watching(server)
  await vi.advanceTimersByTimeAsync(0)

  expect(sessions.all.value.map(({session_id}) => session_id)).toEqual(['new', 'old'])
  expect(sessions.loaded.value).toBe(true)
  sessions.stop()
})

test('while an agent works they are asked for more often than while nothing happens', async () => {
  const server = new Server()
  const sessions = watching(server)
  await vi.advanceTimersByTimeAsync(9_000)
  expect(server.asked).toBe(1)

  server.told = [session({status: 'active'})]
  await vi.advanceTimersByTimeAsync(1_500)
  expect(server.asked).toBe(2)
  await vi.advanceTimersByTimeAsync(6_000)

  expect(server.asked).toBe(4)
  sessions.stop()
})

test('the last known sessions are there before the server has answered', async () => {
  const server = new Server()
  server.told = [session()]
  const first = watching(server)
  await vi.advanceTimersByTimeAsync(0)
  first.stop()

  const second = new Sessions(new Server(), () => {})

  expect(second.all.value).toEqual([session()])
  expect(second.loaded.value).toBe(false)
})

test('a server that is not reached is asked again, and what was known stays', async () => {
  const server = new Server()
  server.told = [session()]
  const sessions = watching(server)
  await vi.advanceTimersByTimeAsync(0)

  server.told = new ApiError(0, 'NOT_REACHED', 'away')
  sessions.refresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(sessions.reached.value).toBe(false)
  expect(sessions.all.value).toHaveLength(1)

  server.told = []
  await vi.advanceTimersByTimeAsync(3_000)
  expect(sessions.reached.value).toBe(true)
  sessions.stop()
})

test('a server that stays silent is not reached long before the request fails', async () => {
  const sessions = new Sessions({sessions: () => new Promise(() => {})}, () => {})
  sessions.start()

  await vi.advanceTimersByTimeAsync(5_000)

  expect(sessions.reached.value).toBe(false)
  sessions.stop()
})

test('only Janus itself can say that this device is not paired', async () => {
  const refused = vi.fn()
  const server = new Server()
  server.told = new ApiError(401, 'HTTP_401', 'log in to this hotel')
  const sessions = watching(server, refused)
  await vi.advanceTimersByTimeAsync(0)
  expect(refused).not.toHaveBeenCalled()

  server.told = new ApiError(401, 'UNAUTHORIZED', 'not paired')
  sessions.refresh()
  await vi.advanceTimersByTimeAsync(0)

  expect(refused).toHaveBeenCalledOnce()
  sessions.stop()
})

test('what happens while an answer is under way is asked for again', async () => {
  let answer: (told: SessionInfo[]) => void = () => {}
  let asked = 0
  const sessions = new Sessions(
    {sessions: () => (asked++, new Promise(resolve => (answer = resolve)))},
    () => {},
  )
  sessions.start()
  sessions.refresh()
  sessions.refresh()

  answer([])
  await vi.advanceTimersByTimeAsync(0)

  expect(asked).toBe(2)
  sessions.stop()
})

test.each([
  ['a question', {attention: 'permission'}, undefined, 'needs'],
  ['a question that was looked at', {attention: 'question'}, {count: 2, failed: false}, 'needs'],
  ['a failure', {attention: 'error', status: 'error'}, {count: 2, failed: false}, 'needs'],
  ['a failure that was seen', {attention: 'error', status: 'error'}, {count: 2, failed: true}, 'earlier'],
  ['work', {status: 'active'}, undefined, 'working'],
  ['rest', {status: 'idle'}, undefined, 'earlier'],
] as const)('%s has its place', (_, changes, seen, group) => {
  expect(groupOf(session(changes), seen)).toBe(group)
})

test('what came since it was looked at is unread, and what was there when it was first met is not', () => {
  const seen = new SeenSessions()
  seen.meet([session()])
  expect(isUnread(session(), seen.all.value.s)).toBe(false)
  expect(isUnread(session({message_count: 3}), seen.all.value.s)).toBe(true)

  seen.mark(session({message_count: 3}))

  expect(isUnread(session({message_count: 3}), seen.all.value.s)).toBe(false)
  expect(new SeenSessions().all.value.s?.count).toBe(3)
})

test('a second failure is news, and sessions that are gone are forgotten', () => {
  const seen = new SeenSessions()
  const failed = session({attention: 'error', status: 'error'})
  seen.mark(failed)
  expect(isUnread(failed, seen.all.value.s)).toBe(false)

  seen.meet([session()])
  expect(isUnread(failed, seen.all.value.s)).toBe(true)

  seen.meet([])
  expect(seen.all.value).toEqual({})
})

test('a search finds all its words, in whatever order and case', () => {
  expect(matches('AUTH demo', 'feature-auth', 'demo', null)).toBe(true)
  expect(matches('auth claude', 'feature-auth', 'demo', undefined)).toBe(false)
  expect(matches('', 'anything')).toBe(true)
})

test('a session is called by its name, its first words, or its agent', () => {
  const titles = new Titles()
  const agents = [{name: 'demo', label: 'The demo agent', available: true, version: null, protocol: null, install: '', login: ''}]
  expect(titles.of(session(), agents)).toBe('The demo agent')

  titles.learn('s', 'Where are the tests?\nAnd why?')

  expect(titles.of(session(), agents)).toBe('Where are the tests?')
  expect(titles.of(session({name: 'auth'}), agents)).toBe('auth')
  expect(new Titles().of(session(), [])).toBe('Where are the tests?')
})

test('long first words are cut after a word', () => {
  expect(shortened(`${'word '.repeat(30)}`)).toBe(`${'word '.repeat(12).trim()} …`)
  expect(shortened('x'.repeat(100))).toBe(`${'x'.repeat(60)} …`)
})

function said(content: string, sender: 'user' | 'assistant' = 'assistant'): State['messages'][number] {
  return {id: content, sender, content, timestamp: '', is_streaming: false, turn_id: null, stop_reason: null, tool_calls: []}
}

test('the list shows the last words without the marks of Markdown', () => {
  const markdown = '## Done\n\nI *changed* `cart.py`, see [it](http://x):\n\n```py\nx = 1\n```\n'

  expect(previewOf(emptyState({messages: [said(markdown)]})).line).toBe('Done I changed cart.py, see it:')
})

test('a state is asked for once for each change, and not at all while nobody sees the list', async () => {
  const state = vi.fn(async () => emptyState({messages: [said('Hello', 'user'), said('Hi')]}))
  const previews = new Previews({state}, new Titles())

  previews.look([session({name: 'named'})], false)
  expect(state).not.toHaveBeenCalled()

  previews.look([session()], true)
  previews.look([session()], true)
  await vi.advanceTimersByTimeAsync(0)
  expect(state).toHaveBeenCalledOnce()
  expect(previews.all.value.s?.line).toBe('Hi')

  previews.look([session({attention: 'permission'})], true)
  expect(state).toHaveBeenCalledTimes(2)
})

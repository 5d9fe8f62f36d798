import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {Asked} from '../../src/app/asked'
import {EndedSessions} from '../../src/app/ended-sessions'
import {groupOf, isUnread, matches} from '../../src/app/groups'
import {plain} from '../../src/app/plain'
import {Api} from '../../src/lib/api'
import {Link} from '../../src/lib/link'
import type {Permission, SessionInfo, SessionList, State} from '../../src/lib/types'
import {SeenSessions} from '../../src/app/seen-sessions'
import {Sessions} from '../../src/app/sessions'
import {answer, emptyState, refusal} from '../fakes'

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
    project_id: 'p',
    project: 'shop',
    title: '',
    preview: '',
    resume_command: null,
    changed: null,
    ...changes,
  }
}

/** A server that answers with what the test puts into `told`. */
class Server {
  told: SessionInfo[] | Response | 'nothing' | Promise<never> = []
  asked = 0
  readonly link = new Link()
  readonly api = new Api({
    link: this.link,
    fetch: async () => {
      this.asked += 1
      const told = await this.told
      if (told === 'nothing') throw new TypeError('Failed to fetch')
      return told instanceof Response ? told.clone() : answer({sessions: told})
    },
    refused: () => this.refused(),
  })
  readonly refused = vi.fn()
}

function watching(server: Server): Sessions {
  const sessions = new Sessions(server.api, server.link)
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

test('the last known sessions are there when the server does not answer, and not before that is known', async () => {
  const server = new Server()
  server.told = [session()]
  const first = watching(server)
  await vi.advanceTimersByTimeAsync(0)
  first.stop()

  server.told = 'nothing'
  const second = watching(server)
  expect(second.all.value).toEqual([])
  await vi.advanceTimersByTimeAsync(0)

  expect(second.all.value).toEqual([session()])
  expect(second.loaded.value).toBe(false)
  second.stop()
})

test('a server that is not reached is asked again, and what was known stays', async () => {
  const server = new Server()
  server.told = [session()]
  const sessions = watching(server)
  await vi.advanceTimersByTimeAsync(0)

  server.told = 'nothing'
  sessions.refresh()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.link.up).toBe(false)
  expect(sessions.all.value).toHaveLength(1)

  server.told = []
  await vi.advanceTimersByTimeAsync(1_000)
  expect(server.link.up).toBe(true)
  expect(sessions.all.value).toEqual([])
  sessions.stop()
})

test('a server that stays silent is not reached long before the request fails', async () => {
  const server = new Server()
  server.told = new Promise(() => {})
  const sessions = watching(server)

  await vi.advanceTimersByTimeAsync(5_000)

  expect(server.link.up).toBe(false)
  sessions.stop()
})

test('only Janus itself can say that this device is not paired', async () => {
  const server = new Server()
  const {refused} = server
  server.told = new Response('log in to this hotel', {status: 401})
  const sessions = watching(server)
  await vi.advanceTimersByTimeAsync(0)
  expect(refused).not.toHaveBeenCalled()

  server.told = refusal(401, 'UNAUTHORIZED')
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
    new Link(),
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

test('a line has no marks of Markdown, but what belongs to names', () => {
  expect(plain('## Done\n\nI *changed* `the_cart.py`, see [it](http://x):\n- one')).toBe('Done I changed the_cart.py, see it: one')
})

test('the questions of a session are fetched once, until it was used again', async () => {
  const permission = {request_id: 'r'} as Permission
  const state = vi.fn(async () => emptyState({permissions: [permission]}))
  const asked = new Asked({state})

  asked.look([session({status: 'active'})])
  expect(state).not.toHaveBeenCalled()

  asked.look([session({attention: 'permission'})])
  asked.look([session({attention: 'permission'})])
  await vi.advanceTimersByTimeAsync(0)
  expect(state).toHaveBeenCalledOnce()
  expect(asked.all.value.s).toEqual([permission])

  asked.look([session({attention: 'permission', last_activity: '2026-01-02T00:00:00.000Z'})])
  expect(state).toHaveBeenCalledTimes(2)
})

test('of a hundred sessions that ask, all is in the list, and none is asked for its state', () => {
  const state = vi.fn(async () => emptyState())
  const asked = new Asked({state})
  const permission = {request_id: 'r'} as Permission
  const hundred = Array.from({length: 100}, (_, id) => session({session_id: `${id}`, attention: 'permission', permissions: [permission]}))

  asked.look(hundred)

  expect(state).not.toHaveBeenCalled()
  expect(asked.all.value['99']).toEqual([permission])
})

test('what was answered here is asked no more, whatever comes late', async () => {
  let told: (state: State) => void = () => {}
  const asked = new Asked({state: () => new Promise(resolve => (told = resolve))})
  const [first, second] = ['first', 'second'].map(request_id => ({request_id}) as Permission)
  asked.look([session({attention: 'permission'})]) // too long for the list
  asked.answered('first', emptyState({seq: 2, permissions: [second!]}))
  expect(asked.all.value.s).toEqual([second])

  told(emptyState({seq: 1, permissions: [first!]}))
  await vi.advanceTimersByTimeAsync(0)
  expect(asked.all.value.s).toEqual([second])

  asked.look([session({attention: 'permission', permissions: [first!, second!]})]) // a list from before
  expect(asked.all.value.s).toEqual([second])
})

/** Ended sessions in the hands of a test: those named by `ids`, two to a page. */
function archive(ids: string) {
  const told = {ids}
  const ended = async ({before}: {before?: string} = {}): Promise<SessionList> => {
    const from = before ? told.ids.indexOf(before) + 1 : 0
    const page = [...told.ids].slice(from, from + 2)
    return {sessions: page.map(id => session({session_id: id})), ...(from + 2 < told.ids.length && {next: page.at(-1)!})}
  }
  const list = new EndedSessions({ended})
  return {told, list, shown: () => list.all.value.map(({session_id}) => session_id).join('')}
}

test('ended sessions come in pages, each once, whatever ends or is deleted meanwhile', async () => {
  const {told, list, shown} = archive('edcba')
  await list.refresh()
  expect(shown()).toBe('ed')
  await list.more()
  expect(shown()).toBe('edcb')

  told.ids = 'fedcba'
  await list.refresh()
  expect(shown()).toBe('fedcb')
  list.drop('d')
  told.ids = 'fecba'
  await list.more()
  expect(shown()).toBe('fecba')
  expect(list.next.value).toBeUndefined()

  // So many have ended that the pages do not meet: begin anew.
  told.ids = 'jihgfecba'
  await list.refresh()
  expect(shown()).toBe('ji')
  await list.more()
  expect(shown()).toBe('jihg')
})

test('an older page that comes while a session ends neither loses that session nor is lost', async () => {
  const {told, list, shown} = archive('edcba')
  await list.refresh()
  told.ids = 'fedcba'
  await Promise.all([list.refresh(), list.more()])
  expect(shown()).toBe('fedcb')
  await Promise.all([list.more(), list.refresh()])
  expect(shown()).toBe('fedcba')
  expect(list.next.value).toBeUndefined()
})

test('an older page is not put below newer ones that it does not follow', async () => {
  const {told, list, shown} = archive('edcba')
  await list.refresh()
  const older = list.more()
  told.ids = 'jihgfedcba'
  await Promise.all([list.refresh(), older])
  expect(shown()).toBe('ji')
})

test('an answer that was under way when a session was deleted does not bring it back', async () => {
  const {list, shown} = archive('ba')
  await list.refresh()
  const late = list.refresh()
  list.drop('a')
  await late

  expect(shown()).toBe('b')
})

import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {Api} from '../../src/lib/api'
import {ChatManager} from '../../src/lib/chat-manager'
import {Link} from '../../src/lib/link'
import {Outbox} from '../../src/lib/outbox'
import {answer, emptyState, FakeEventSource} from '../fakes'

let reachable: boolean
let asked: string[]
let link: Link
let unwatch: () => void
const api = () => new Api({link, fetch: fetched})

async function fetched(url: string | URL | Request): Promise<Response> {
  asked.push(String(url).replace(/\?.*/, ''))
  if (!reachable) throw new TypeError('Failed to fetch')
  return answer({sessions: []})
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeEventSource)
  FakeEventSource.all = []
  reachable = true
  asked = []
  link = new Link()
  unwatch = link.watch(() => void api().sessions().catch(() => {}))
})
afterEach(() => {
  unwatch()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const FORGETFUL = {all: async () => [], has: async () => true, put: async () => {}, delete: async () => {}}

test('one clock for all: after minutes without Janus, everything is tried within a second of its return', async () => {
  const outbox = new Outbox(({sessionId, text, message_id}) => api().chat(sessionId, text, message_id), FORGETFUL, link)
  const chat = new ChatManager({sessionId: 's', link})
  chat.connect()
  FakeEventSource.last.open()
  reachable = false
  FakeEventSource.last.fail()
  await outbox.add({sessionId: 's', text: 'Hi'})
  await vi.advanceTimersByTimeAsync(300_000)
  // Nothing but the probe goes on, once a second.
  expect(asked.filter(path => path === '/api/chat').length).toBeLessThan(3)
  expect(asked.length).toBeLessThan(450)
  expect(FakeEventSource.all.length).toBeLessThan(3)

  reachable = true
  asked = []
  const streams = FakeEventSource.all.length
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toContain('/api/chat')
  expect(outbox.entries).toEqual([])
  expect(FakeEventSource.all).toHaveLength(streams + 1)
  chat.disconnect()
  outbox.close()
})

test('a stream alone that fails is tried later and later, and Janus is asked whether it is there', async () => {
  const chat = new ChatManager({sessionId: 's', link})
  chat.connect()
  for (let failure = 0; failure < 6; failure++) {
    FakeEventSource.last.fail()
    await vi.advanceTimersByTimeAsync(100)
    expect(link.up).toBe(true)
    await vi.advanceTimersByTimeAsync(15_000)
  }
  expect(FakeEventSource.all).toHaveLength(7)
  expect(asked).toEqual(Array(6).fill('/api/sessions'))
  chat.disconnect()
})

test('what hangs in a dead network is given up as soon as Janus is back, and said again', async () => {
  let dead = true
  const said: string[] = []
  const hanging = new Api({
    link,
    fetch: async (url, init) => {
      if (String(url).includes('/chat')) said.push(String(init?.body))
      if (!dead) return answer(emptyState())
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted'))))
    },
  })
  const outbox = new Outbox(({sessionId, text, message_id}) => hanging.chat(sessionId, text, message_id), FORGETFUL, link)
  await outbox.add({sessionId: 's', text: 'Hi'})
  await vi.advanceTimersByTimeAsync(5000)
  link.lost()
  dead = false
  await vi.advanceTimersByTimeAsync(2000)

  expect(said).toHaveLength(2)
  expect(said[0]).toBe(said[1])
  expect(outbox.entries).toEqual([])
  outbox.close()
})

test('an error of Janus is an answer; a login of the network, or a proxy without Janus, is none', async () => {
  const told = (response: Response) => new Api({link, fetch: async () => response}).sessions().catch(() => {})
  await told(answer({error: {code: 'STORE_FULL', message: 'The disk is full.'}}, 507))
  expect(link.up).toBe(true)
  await told(new Response('<html>', {status: 502}))
  expect(link.up).toBe(false)
  await told(answer({error: {code: 'NOT_FOUND', message: 'Gone.'}}, 404))
  expect(link.up).toBe(true)
  await told(new Response('<html>', {status: 200}))
  expect(link.up).toBe(false)
})

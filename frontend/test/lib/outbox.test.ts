import {IDBDatabase, IDBFactory} from 'fake-indexeddb'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {ApiError} from '../../src/lib/api-error'
import {Outbox} from '../../src/lib/outbox'
import type {OutboxEntry} from '../../src/lib/outbox-entry'
import {IndexedDbStore} from '../../src/lib/outbox-store'

let opened: Outbox[]
let sent: string[]
/** What the next attempts meet; after these, all are well. */
let failures: Error[]

async function send({sessionId, text}: OutboxEntry): Promise<void> {
  const failure = failures.shift()
  if (failure) throw failure
  sent.push(`${sessionId}: ${text}`)
}

function open(how: (entry: OutboxEntry) => Promise<unknown> = send, store?: IndexedDbStore): Outbox {
  const outbox = new Outbox(how, store)
  opened.push(outbox)
  return outbox
}

function refused(status: number, details = {}): ApiError {
  return new ApiError(status, 'CODE', `refused with ${status}`, details)
}

function says(text: string, sessionId = 'one') {
  return {sessionId, text}
}

/** Node's, of which the types of a browser know nothing. */
declare function setImmediate(resolve: (_: unknown) => void): void

/** Lets the database, which works in real time, get on. */
async function settle(milliseconds = 0): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
  if (milliseconds) {
    await vi.advanceTimersByTimeAsync(milliseconds)
    await settle()
  }
}

beforeEach(() => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'Date']})
  vi.stubGlobal('indexedDB', new IDBFactory())
  opened = []
  sent = []
  failures = []
})

afterEach(() => {
  for (const outbox of opened) outbox.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a message', () => {
  it('is seen at once, kept, sent, and gone', async () => {
    const outbox = open()
    const seen: string[][] = []
    outbox.subscribe(entries => seen.push(entries.map(entry => entry.state)))
    const adding = outbox.add(says('Hi'))
    expect(seen).toEqual([[], ['waiting']])
    const entry = await adding
    expect(entry).toMatchObject({sessionId: 'one', text: 'Hi', kept: true})
    expect(entry.message_id).toMatch(/^[0-9a-f-]{36}$/)
    await settle()
    expect(sent).toEqual(['one: Hi'])
    expect([...new Set(seen.flat())]).toEqual(['waiting', 'sending', 'sent'])
    expect(outbox.entries).toEqual([])
    expect(await new IndexedDbStore().all()).toEqual([])
  })

  it('is sent after those that were said before it', async () => {
    const outbox = open()
    failures = [refused(503)]
    const texts = ['first', 'second', 'third']
    await Promise.all(texts.map(text => outbox.add(says(text))))
    await settle(1000)
    expect(sent).toEqual(['one: first', 'one: second', 'one: third'])
  })

  it('does not wait for those of another session', async () => {
    const outbox = open(entry => (entry.sessionId === 'stuck' ? new Promise(() => {}) : send(entry)))
    await outbox.add(says('first', 'stuck'))
    await outbox.add(says('second', 'free'))
    await settle()
    expect(sent).toEqual(['free: second'])
  })

  it.each([
    ['Janus was not reached', refused(0)],
    ['Janus has a mistake', refused(500)],
    ['Janus has no room', refused(507)],
    ['the request took too long', refused(408)],
    ['too much waits already', refused(429)],
    ['a hotel wants a login first', refused(401)],
    ['of something unforeseen', new Error('a bug')],
  ])('is sent again, as the same message, when %s', async (_, failure) => {
    const ids: string[] = []
    const outbox = open(entry => {
      ids.push(entry.message_id)
      return send(entry)
    })
    failures = [failure, failure]
    await outbox.add(says('Hi'))
    await settle()
    expect(outbox.entries).toMatchObject([{state: 'waiting', error: failure.message}])
    await settle(1000)
    await settle(2000)
    expect(sent).toEqual(['one: Hi'])
    expect(new Set(ids).size).toBe(1)
    expect(ids).toHaveLength(3)
  })

  it('waits as long as Janus asks, but not for ever', async () => {
    const outbox = open()
    failures = [refused(429, {retry_after: 30}), refused(429, {retry_after: 1e9})]
    await outbox.add(says('Hi'))
    await settle(29_000)
    expect(failures).toHaveLength(1)
    await settle(1000)
    expect(failures).toHaveLength(0)
    await settle(60_000)
    expect(sent).toEqual(['one: Hi'])
  })

  it('that is refused waits for its user, and holds nothing up', async () => {
    const outbox = open()
    failures = [refused(413)]
    const first = await outbox.add(says('too long'))
    await outbox.add(says('short'))
    await settle(60_000)
    expect(sent).toEqual(['one: short'])
    expect(outbox.entries).toMatchObject([{state: 'failed', error: 'refused with 413'}])
    outbox.retry(first.message_id)
    await settle()
    expect(sent).toEqual(['one: short', 'one: too long'])
    expect(outbox.entries).toEqual([])
  })

  it('can be thrown away, but not while it is under way', async () => {
    const outbox = open(() => new Promise(() => {}))
    const first = await outbox.add(says('going'))
    const second = await outbox.add(says('waiting'))
    await settle()
    expect(outbox.discard(first.message_id)).toBe(false)
    expect(outbox.discard(second.message_id)).toBe(true)
    expect(outbox.discard('never heard of it')).toBe(false)
    await settle()
    expect(outbox.entries.map(entry => entry.text)).toEqual(['going'])
    expect((await new IndexedDbStore().all()).map(kept => kept.text)).toEqual(['going'])
  })
})

it('is not sent any more when it is thrown away while the store is asked for it', async () => {
  await new IndexedDbStore().put({message_id: 'a', sessionId: 'one', text: 'Hi', at: 1})
  const store = new IndexedDbStore()
  let answer = () => {}
  store.has = () => new Promise(resolve => (answer = () => resolve(true)))
  const outbox = open(undefined, store)
  await settle()

  expect(outbox.discard('a')).toBe(true)
  answer()
  await settle()

  expect(sent).toEqual([])
})

describe('a device that is not paired', () => {
  it('sends nothing until it is told to, whatever wakes it', async () => {
    const outbox = open()
    failures = [new ApiError(401, 'UNAUTHORIZED', 'Who are you?')]
    await outbox.add(says('Hi'))
    await settle()
    expect(outbox.paused).toBe(true)
    await outbox.add(says('Hello?', 'two'))
    window.dispatchEvent(new Event('online'))
    await settle(60_000)
    expect(sent).toEqual([])
    outbox.flush()
    await settle()
    expect(outbox.paused).toBe(false)
    expect(sent.sort()).toEqual(['one: Hi', 'two: Hello?'])
  })
})

describe('a phone', () => {
  it.each([
    ['is online again', () => window.dispatchEvent(new Event('online'))],
    ['is looked at', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('that %s sends at once', async (_, happens) => {
    failures = Array.from({length: 5}, () => refused(0))
    const outbox = open()
    await outbox.add(says('Hi'))
    await settle(20_000)
    failures = []
    happens()
    await settle(1)
    expect(sent).toEqual(['one: Hi'])
  })
})

describe('a reload', () => {
  async function leaveBehind(...texts: string[]): Promise<void> {
    const before = open(() => new Promise(() => {}))
    for (const text of texts) await before.add(says(text))
    await settle()
    before.close()
  }

  it('loses nothing, and what was said before goes before', async () => {
    await leaveBehind('first', 'second')
    const outbox = open()
    await outbox.add(says('third'))
    await settle()
    expect(sent).toEqual(['one: first', 'one: second', 'one: third'])
  })

  it('keeps the order though the clock was set back', async () => {
    await leaveBehind('first')
    vi.setSystemTime(0)
    const outbox = open(() => Promise.reject(refused(0)))
    await outbox.loaded
    await outbox.add(says('second'))
    expect(outbox.entries.map(entry => entry.text)).toEqual(['first', 'second'])
    outbox.close()
    await settle()
    open()
    await settle()
    expect(sent).toEqual(['one: first', 'one: second'])
  })

  it('remembers what was refused, and why', async () => {
    failures = [refused(409)]
    await open().add(says('Hi'))
    await settle()
    const outbox = open()
    await settle()
    expect(outbox.entries).toMatchObject([{state: 'failed', error: 'refused with 409'}])
    expect(sent).toEqual([])
  })

  it('leaves out what is no message', async () => {
    const store = new IndexedDbStore()
    await store.put({message_id: 'x', text: 5} as never)
    await leaveBehind('first')
    open()
    await settle()
    expect(sent).toEqual(['one: first'])
  })
})

describe('two pages', () => {
  it('do not both send what one of them has sent', async () => {
    const before = open(() => new Promise(() => {}))
    await before.add(says('Hi'))
    before.close()
    await settle()
    const locks = new FakeLocks()
    vi.stubGlobal('navigator', {locks})
    const pages = [open(), open()]
    await settle()
    expect(sent).toEqual(['one: Hi'])
    expect(pages.map(page => page.entries)).toEqual([[], []])
  })

  it('do not wait long for one that is frozen', async () => {
    const locks = new FakeLocks()
    void locks.request('janus-outbox-one', {}, () => new Promise(() => {}))
    vi.stubGlobal('navigator', {locks})
    await open().add(says('Hi'))
    await settle()
    expect(sent).toEqual([])
    await settle(5000)
    expect(sent).toEqual(['one: Hi'])
  })

  it('take over what the other was closed over', async () => {
    const stays = open()
    await settle()
    const goes = open(() => new Promise(() => {}))
    await goes.add(says('Hi'))
    goes.close()
    window.dispatchEvent(new Event('online'))
    await settle(1)
    expect(sent).toEqual(['one: Hi'])
    expect(stays.entries).toEqual([])
  })
})

describe('without a database', () => {
  it.each([
    ['there is none', undefined],
    ['it may not be used', {open: () => expect.unreachable('denied')}],
    ['it never answers', {open: () => ({})}],
  ])('because %s, messages are sent all the same', async (_, database) => {
    vi.stubGlobal('indexedDB', database)
    const outbox = open()
    failures = [refused(0)]
    const adding = outbox.add(says('Hi'))
    await settle(3000)
    await settle(3000)
    expect((await adding).kept).toBe(false)
    await settle(1000)
    expect(sent).toEqual(['one: Hi'])
    expect(outbox.entries).toEqual([])
  })

  it('that is full, messages are sent, and not taken for sent', async () => {
    vi.spyOn(IndexedDbStore.prototype, 'put').mockRejectedValue(new Error('QuotaExceededError'))
    const outbox = open()
    failures = [refused(0)]
    expect((await outbox.add(says('Hi'))).kept).toBe(false)
    await settle(1000)
    expect(sent).toEqual(['one: Hi'])
    vi.restoreAllMocks()
  })

  it('that the phone took away, a new connection is made', async () => {
    const store = new IndexedDbStore()
    await store.all()
    const lost = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('The connection was lost.', 'InvalidStateError')
    })
    await store.put({message_id: 'm', sessionId: 's', text: 'Hi', at: 1})
    expect(lost).toHaveBeenCalledTimes(2)
    expect(await store.has('m')).toBe(true)
    lost.mockRestore()
  })
})

describe('listeners', () => {
  it('may make mistakes, and leave', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    const outbox = open()
    const left = vi.fn()
    outbox.subscribe(left)()
    outbox.subscribe(entries => {
      if (entries.length) throw new Error('a mistake in drawing')
    })
    await outbox.add(says('Hi'))
    await settle()
    expect(sent).toEqual(['one: Hi'])
    expect(left).toHaveBeenCalledOnce()
    expect(complaints).toHaveBeenCalled()
    complaints.mockRestore()
  })
})

/** As much of Web Locks as is used. */
class FakeLocks {
  #queue = Promise.resolve<unknown>(undefined)

  request<T>(_: string, {signal}: {signal?: AbortSignal}, work: () => Promise<T>): Promise<T> {
    const before = this.#queue
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
    })
    const mine = Promise.race([before, aborted]).then(work)
    this.#queue = mine.catch(() => {})
    return mine
  }
}

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {ChatManager} from '../../src/lib/chat-manager'
import type {ChatManagerConfig, ChatManagerHandlers} from '../../src/lib/types'
import {emptyState, FakeEventSource} from '../fakes'

const requests = vi.fn<typeof fetch>()
let managers: ChatManager[] = []
let visibility: DocumentVisibilityState

function connect(handlers: ChatManagerHandlers = {}, config: Partial<ChatManagerConfig> = {}) {
  const given = {sessionId: 'room-1', reconnectDelay: 1000, ...config}
  const manager = new ChatManager(given, handlers)
  managers.push(manager)
  manager.connect()
  return manager
}

function see(state: DocumentVisibilityState) {
  visibility = state
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeEventSource.all = []
  visibility = 'visible'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.stubGlobal('fetch', requests)
  requests.mockReset()
})

afterEach(() => {
  for (const manager of managers) manager.disconnect()
  managers = []
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a stream that fails', () => {
  it('is closed, and opened anew after a delay with what was heard last', () => {
    const onConnectionChange = vi.fn()
    connect({onConnectionChange})
    FakeEventSource.last.open()
    FakeEventSource.last.send('message', emptyState({seq: 4}), 4)
    FakeEventSource.last.send('plan', {entries: []}, 5)
    FakeEventSource.last.fail()
    expect(FakeEventSource.last.closed).toBe(true)
    expect(FakeEventSource.all).toHaveLength(1)
    vi.advanceTimersByTime(1000)
    expect(FakeEventSource.last.url).toBe('/api/chat/stream?session_id=room-1&last_event_id=5')
    FakeEventSource.last.open()
    expect(onConnectionChange.mock.calls).toEqual([[true], [false], [true]])
  })

  it('is opened with the same address where nothing had a number', () => {
    connect()
    FakeEventSource.last.send('message', emptyState())
    FakeEventSource.last.fail()
    vi.advanceTimersByTime(1000)
    expect(FakeEventSource.all).toHaveLength(2)
    expect(FakeEventSource.last.url).toBe('/api/chat/stream?session_id=room-1')
  })

  it('tells no event twice, but the state again, also an older one', () => {
    const onEvent = vi.fn()
    connect({onEvent})
    FakeEventSource.last.send('plan', {entries: []}, 5)
    FakeEventSource.last.fail()
    vi.advanceTimersByTime(1000)
    FakeEventSource.last.send('plan', {entries: []}, 4)
    FakeEventSource.last.send('plan', {entries: []}, 5)
    FakeEventSource.last.send('message', emptyState({seq: 5}), 5)
    FakeEventSource.last.send('plan', {entries: []}, 6)
    FakeEventSource.last.send('message', emptyState({seq: 2}), 2)
    FakeEventSource.last.send('plan', {entries: []}, 3)
    expect(onEvent.mock.calls.map(([name, , seq]) => [name, seq])).toEqual([
      ['plan', 5],
      ['message', 5],
      ['plan', 6],
      ['message', 2],
      ['plan', 3],
    ])
  })

  it('is tried for ever, later and later, every 15 s in the end', () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    connect()
    const waits = []
    for (let i = 0; i < 8; i++) {
      FakeEventSource.last.fail()
      const before = FakeEventSource.all.length
      let waited = 0
      while (FakeEventSource.all.length === before) {
        vi.advanceTimersByTime(500)
        waited += 500
      }
      waits.push(waited / 1000)
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15, 15])
  })

  it('starts with short waits again once it was open', () => {
    connect()
    for (let i = 0; i < 4; i++) {
      FakeEventSource.last.fail()
      vi.advanceTimersByTime(15_000)
    }
    FakeEventSource.last.open()
    FakeEventSource.last.fail()
    vi.advanceTimersByTime(1000)
    expect(FakeEventSource.all).toHaveLength(6)
  })

  it('is given up after as many failures in a row as were allowed, and says so', () => {
    const onError = vi.fn()
    const manager = connect({onError}, {reconnectAttempts: 2})
    for (let i = 0; i < 5; i++) {
      FakeEventSource.last.fail()
      vi.advanceTimersByTime(15_000)
    }
    window.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(60_000)
    expect(FakeEventSource.all).toHaveLength(3)
    expect(onError.mock.calls.map(([error]) => error.code)).toEqual([
      'CONNECTION_INTERRUPTED',
      'CONNECTION_LOST',
    ])
    manager.connect()
    expect(FakeEventSource.all).toHaveLength(4)
  })

  it('is not tried again where no attempt is allowed', () => {
    connect({}, {reconnectAttempts: 0})
    FakeEventSource.last.fail()
    vi.advanceTimersByTime(60_000)
    expect(FakeEventSource.all).toHaveLength(1)
  })

  it('is not tried again after disconnect', () => {
    const manager = connect()
    FakeEventSource.last.fail()
    manager.disconnect()
    vi.advanceTimersByTime(60_000)
    see('visible')
    vi.advanceTimersByTime(60_000)
    expect(FakeEventSource.all).toHaveLength(1)
  })

  it('is one that cannot be opened at all, too', () => {
    const onError = vi.fn()
    vi.stubGlobal('EventSource', undefined)
    connect({onError})
    expect(onError).toHaveBeenCalledOnce()
    vi.stubGlobal('EventSource', FakeEventSource)
    vi.advanceTimersByTime(1000)
    expect(FakeEventSource.all).toHaveLength(1)
  })

  it('survives handlers that throw', () => {
    const onConnectionChange = () => {
      throw new Error('a mistake of the page')
    }
    connect({onConnectionChange})
    expect(() => FakeEventSource.last.fail()).toThrow('a mistake')
    vi.advanceTimersByTime(1000)
    expect(FakeEventSource.all).toHaveLength(2)
  })
})

describe('a stream that is silent', () => {
  it('is opened anew after 35 seconds', () => {
    const onConnectionChange = vi.fn()
    connect({onConnectionChange})
    FakeEventSource.last.open()
    vi.advanceTimersByTime(34_999)
    expect(FakeEventSource.all).toHaveLength(1)
    vi.advanceTimersByTime(2)
    expect(FakeEventSource.all.map(source => source.closed)).toEqual([true, false])
    expect(onConnectionChange.mock.calls).toEqual([[true], [false]])
  })

  it('is not silent while it pings', () => {
    connect()
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(30_000)
      FakeEventSource.last.send('ping', {})
    }
    expect(FakeEventSource.all).toHaveLength(1)
  })

  it('is one that never opened, too', () => {
    connect()
    vi.advanceTimersByTime(35_001)
    expect(FakeEventSource.all).toHaveLength(2)
  })

  it('has failed, where failures are counted', () => {
    connect({}, {reconnectAttempts: 2})
    vi.advanceTimersByTime(600_000)
    expect(FakeEventSource.all).toHaveLength(3)
  })
})

describe('a phone', () => {
  const pageshow = (persisted: boolean) =>
    Object.assign(new Event('pageshow'), {persisted}) as PageTransitionEvent

  it.each([
    ['is looked at again', () => see('visible'), 2],
    ['is online again', () => window.dispatchEvent(new Event('online')), 2],
    ['goes back to the page', () => window.dispatchEvent(pageshow(true)), 2],
    ['loads the page', () => window.dispatchEvent(pageshow(false)), 1],
    ['is put away', () => see('hidden'), 1],
  ])('that %s reconnects as it should, however open the stream seems', (_, happens, opened) => {
    connect()
    FakeEventSource.last.open()
    happens()
    vi.advanceTimersByTime(1)
    expect(FakeEventSource.all).toHaveLength(opened)
  })

  it('reconnects once when several things happen at once', () => {
    connect()
    see('visible')
    window.dispatchEvent(pageshow(true))
    window.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(1)
    expect(FakeEventSource.all).toHaveLength(2)
  })

  it('in a pocket tries nothing until it is looked at', () => {
    connect()
    see('hidden')
    FakeEventSource.last.fail()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(600_000)
    expect(FakeEventSource.all).toHaveLength(1)
    see('visible')
    vi.advanceTimersByTime(1)
    expect(FakeEventSource.all).toHaveLength(2)
  })

  it('put away while it waits, or while it hears nothing, leaves it at that', () => {
    connect()
    FakeEventSource.last.fail()
    see('hidden')
    vi.advanceTimersByTime(600_000)
    see('visible')
    vi.advanceTimersByTime(1)
    expect(FakeEventSource.all).toHaveLength(2)
    see('hidden')
    vi.advanceTimersByTime(600_000)
    expect(FakeEventSource.all).toHaveLength(2)
  })

  it('is listened to no more after disconnect', () => {
    const added = [vi.spyOn(document, 'addEventListener'), vi.spyOn(window, 'addEventListener')]
    const gone = [vi.spyOn(document, 'removeEventListener'), vi.spyOn(window, 'removeEventListener')]
    connect().disconnect()
    for (const [i, spy] of added.entries()) {
      expect(spy.mock.calls.length).toBeGreaterThan(0)
      expect(gone[i]!.mock.calls).toEqual(spy.mock.calls)
    }
  })
})

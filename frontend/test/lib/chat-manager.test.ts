import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {ChatManager} from '../../src/lib/chat-manager'
import type {ChatManagerConfig, ChatManagerHandlers} from '../../src/lib/types'
import {answer, emptyState, FakeEventSource, refusal} from '../fakes'

const URL = 'http://janus.test'
const requests = vi.fn<typeof fetch>()

function make(handlers: ChatManagerHandlers = {}, config: Partial<ChatManagerConfig> = {}) {
  return new ChatManager({backendUrl: URL, sessionId: 'room-1', ...config}, handlers)
}

beforeEach(() => {
  FakeEventSource.all = []
  requests.mockReset()
  requests.mockImplementation(async () => answer(emptyState({session_id: 'room-1'})))
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.stubGlobal('fetch', requests)
})

afterEach(() => vi.unstubAllGlobals())

describe('the session id', () => {
  it('is a new UUID for each manager, or the one that was given', () => {
    const ids = [new ChatManager().getSessionId(), new ChatManager().getSessionId()]
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    expect(ids[0]).not.toBe(ids[1])
    expect(make().getSessionId()).toBe('room-1')
  })

  it.each(['without randomUUID, as over plain http', 'without any crypto'])(
    'is a UUID also %s',
    where => {
      const {crypto} = globalThis
      const poor = {getRandomValues: crypto.getRandomValues.bind(crypto)}
      vi.stubGlobal('crypto', where.includes('any') ? undefined : poor)
      const id = new ChatManager().getSessionId()
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(id).not.toBe(new ChatManager().getSessionId())
    },
  )
})

describe('listening', () => {
  it('opens a stream of the session with the address alone', () => {
    make().connect()
    expect(FakeEventSource.last.arguments).toEqual([
      'http://janus.test/api/chat/stream?session_id=room-1',
    ])
  })

  it('sends cookies elsewhere only when told to', () => {
    make({}, {credentials: 'include'}).connect()
    expect(FakeEventSource.last.arguments[1]).toEqual({withCredentials: true})
  })

  it('hands over every state, and processing only when it changes', () => {
    const onMessage = vi.fn()
    const onProcessingChange = vi.fn()
    make({onMessage, onProcessingChange}).connect()
    for (const is_processing of [false, true, true, false]) {
      FakeEventSource.last.send('message', emptyState({is_processing}))
    }
    expect(onMessage).toHaveBeenCalledTimes(4)
    expect(onMessage).toHaveBeenCalledWith(emptyState({is_processing: true}))
    expect(onProcessingChange.mock.calls).toEqual([[true], [false]])
  })

  it('hands over named events with their number, Janus’ own errors among them', () => {
    const onEvent = vi.fn()
    const onConnectionChange = vi.fn()
    make({onEvent, onConnectionChange}).connect()
    FakeEventSource.last.open()
    const failure = {seq: 4, at: '', turn_id: 't', code: 'AGENT_FAILED', message: 'It died.'}
    FakeEventSource.last.send('assistant_delta', {seq: 3, text: 'Hi'}, 3)
    FakeEventSource.last.send('error', failure, 4)
    expect(onEvent.mock.calls).toEqual([
      ['assistant_delta', {seq: 3, text: 'Hi'}, 3],
      ['error', failure, 4],
    ])
    expect(onConnectionChange.mock.calls).toEqual([[true]])
  })

  it.each(['{"half', '', 'null', '[]', '{"messages": 1}'])(
    'survives a state that is %j',
    text => {
      const onError = vi.fn()
      const onMessage = vi.fn()
      make({onError, onMessage}).connect()
      FakeEventSource.last.sendText('message', text)
      expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error))
      expect(onMessage).not.toHaveBeenCalled()
      FakeEventSource.last.send('message', emptyState())
      expect(onMessage).toHaveBeenCalledOnce()
      expect(FakeEventSource.last.closed).toBe(false)
    },
  )

  it('tells of the connection when it changes', () => {
    const onConnectionChange = vi.fn()
    const manager = make({onConnectionChange})
    manager.connect()
    manager.connect()
    FakeEventSource.last.open()
    manager.disconnect()
    manager.disconnect()
    expect(onConnectionChange.mock.calls).toEqual([[true], [false]])
    expect(FakeEventSource.all.map(source => source.closed)).toEqual([true])
  })

  it('moves to another session, and forgets the numbers of the first', () => {
    const onEvent = vi.fn()
    const manager = make({onEvent})
    manager.connect()
    FakeEventSource.last.send('plan', {entries: []}, 9)
    const first = FakeEventSource.last
    manager.setSessionId('room-2')
    expect(first.closed).toBe(true)
    expect(FakeEventSource.last.url).toBe('http://janus.test/api/chat/stream?session_id=room-2')
    FakeEventSource.last.send('plan', {entries: []}, 1)
    first.send('plan', {entries: []}, 10)
    expect(onEvent.mock.calls.map(([, , seq]) => seq)).toEqual([9, 1])
  })

  it('stays silent when the session changes before it listens', () => {
    const manager = make()
    manager.setSessionId('room-2')
    expect(FakeEventSource.all).toEqual([])
    expect(manager.getSessionId()).toBe('room-2')
  })

  it('goes on from where it stopped', () => {
    const manager = make()
    manager.connect()
    FakeEventSource.last.send('plan', {entries: []}, 9)
    manager.disconnect()
    manager.connect()
    expect(FakeEventSource.last.url).toMatch(/\?session_id=room-1&last_event_id=9$/)
  })

  it('works with an EventSource that has no listeners and little in its events', () => {
    const onMessage = vi.fn()
    const source = {onopen: null, onmessage: null, onerror: null, close: vi.fn()} as any
    const manager = make({onMessage}, {eventSource: () => source})
    manager.connect()
    source.onopen()
    source.onmessage({data: JSON.stringify(emptyState())})
    source.onerror()
    manager.disconnect()
    expect(onMessage).toHaveBeenCalledOnce()
    expect(source.close).toHaveBeenCalledOnce()
  })

  it('keeps two managers apart', () => {
    const heard: [string, string][] = []
    for (const room of ['one', 'two']) {
      const manager = new ChatManager(
        {backendUrl: URL, sessionId: room},
        {onMessage: state => heard.push([room, state.session_id])},
      )
      manager.connect()
    }
    const [one, two] = FakeEventSource.all
    one!.send('message', emptyState({session_id: 'one'}), 7)
    two!.send('message', emptyState({session_id: 'two'}), 3)
    expect(heard).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ])
    expect(FakeEventSource.all).toHaveLength(2)
  })
})

describe('speaking', () => {
  it.each([
    ['/api/chat', {message: 'Hi', session_id: 'room-1'}, (m: ChatManager) => m.sendMessage('Hi')],
    ['/api/interrupt', {session_id: 'room-1'}, (m: ChatManager) => m.interrupt()],
    ['/api/interrupt', {session_id: 'room-1', turn_id: 't'}, (m: ChatManager) => m.interrupt('t')],
    [
      '/api/system',
      {message: 'Driving.', session_id: 'room-1'},
      (m: ChatManager) => m.sendSystemMessage('Driving.'),
    ],
  ])('sends to %s what the contract says and nothing else', async (path, body, speak) => {
    await speak(make())
    expect(requests.mock.calls).toEqual([
      [
        URL + path,
        {
          method: 'POST',
          headers: {'Content-Type': 'application/json'},
          body: JSON.stringify(body),
        },
      ],
    ])
  })

  it('sends an id of the message, more headers and cookies when told to', async () => {
    const headers = () => ({'X-Janus-Key': 'k'})
    await make({}, {headers, credentials: 'include'}).sendMessage('Hi', 'm-1')
    const init = requests.mock.calls[0]![1]!
    expect(JSON.parse(init.body as string)).toMatchObject({message_id: 'm-1'})
    expect(init.headers).toMatchObject({'X-Janus-Key': 'k'})
    expect(init.credentials).toBe('include')
  })

  it('shows the state that comes back', async () => {
    const onMessage = vi.fn()
    const onProcessingChange = vi.fn()
    const state = emptyState({is_processing: true})
    requests.mockResolvedValue({ok: true, json: async () => state} as Response)
    expect(await make({onMessage, onProcessingChange}).sendMessage('Hi')).toEqual(state)
    expect(onMessage).toHaveBeenCalledExactlyOnceWith(state)
    expect(onProcessingChange).toHaveBeenCalledExactlyOnceWith(true)
  })

  it('shows no state that is older than what the stream told meanwhile', async () => {
    const onMessage = vi.fn()
    const manager = make({onMessage})
    manager.connect()
    FakeEventSource.last.send('message', emptyState({seq: 9}), 9)
    requests.mockResolvedValue(answer(emptyState({seq: 8})))
    await manager.interrupt()
    expect(onMessage).toHaveBeenCalledOnce()
  })

  it('shows no state of a session that was left meanwhile', async () => {
    const onMessage = vi.fn()
    const manager = make({onMessage})
    const sent = manager.sendMessage('Hi')
    manager.setSessionId('room-2')
    await sent
    expect(onMessage).not.toHaveBeenCalled()
  })

  it.each([
    ['', 'empty'],
    [' \n\t', 'empty'],
    ['too many letters', '16 characters of 10'],
  ])('refuses %j', async (message, words) => {
    const onError = vi.fn()
    const manager = make({onError}, {maxMessageLength: 10})
    await expect(manager.sendMessage(message)).rejects.toThrow(words)
    await expect(manager.sendSystemMessage(message)).rejects.toThrow(words)
    expect(onError).toHaveBeenCalledTimes(2)
    expect(requests).not.toHaveBeenCalled()
  })

  it.each([
    ['a refusal', async () => refusal(409, 'MAX_SESSIONS'), 409, 'MAX_SESSIONS, in words'],
    ['a page of some proxy', async () => new Response('<html>', {status: 502}), 502, 'error 502'],
    ['a login page', async () => new Response('<html>'), 200, 'did not come from Janus'],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), 0, 'cannot be reached'],
    ['a bare failure', async () => ({ok: false}) as Response, 0, 'error 0'],
  ])('tells in words of %s', async (_, response, status, words) => {
    const onError = vi.fn()
    requests.mockImplementation(response)
    const failure = make({onError}).sendMessage('Hi')
    await expect(failure).rejects.toMatchObject({status, message: expect.stringContaining(words)})
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({status}))
  })
})

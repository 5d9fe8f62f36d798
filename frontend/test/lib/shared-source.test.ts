import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import {Link} from '../../src/lib/link'
import {LiveState} from '../../src/lib/live-state'
import {SharedSource} from '../../src/lib/shared-source'
import {EventStream} from '../../src/lib/stream'
import type {StreamItem} from '../../src/lib/types'
import {answer, emptyState, FakeEventSource, reply} from '../fakes'

/** A channel that delivers at once, so that tests need not wait. */
class FakeChannel {
  static open = new Set<FakeChannel>()
  onmessage: ((event: {data: unknown}) => void) | null = null

  constructor() {
    FakeChannel.open.add(this)
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.open) if (other !== this) other.onmessage?.({data: structuredClone(data)})
  }

  close(): void {
    FakeChannel.open.delete(this)
  }
}

const requests = vi.fn<typeof fetch>()
let pages: {close: () => void}[] = []
let focused = true

/** A page that shows a session: what it is told, as text, and its connection. */
function open(session = 's') {
  const live = new LiveState()
  const told: string[] = []
  let source: SharedSource
  const stream = new EventStream({
    url: `/api/chat/stream?session_id=${session}`,
    open: url => (source = new SharedSource(url)),
    names: ['assistant_delta'],
    attempts: Infinity,
    delay: 1000,
    onEvent: (...item) => {
      live.receive(...(item as StreamItem))
      told.push(`${item[0]} ${item[2]}`)
    },
    onConnectionChange: connected => told.push(connected ? 'connected' : 'lost'),
    onError: () => {},
    link: new Link(),
  })
  stream.start()
  const page = {stream, told, text: () => live.current?.messages.at(-1)?.content ?? '', close: () => stream.stop(), vanish: () => source.close()}
  pages.push(page)
  return page
}

function state(seq: number, content: string) {
  return emptyState({seq, running_turn_id: 't', messages: [reply({content, is_streaming: true})]})
}

function delta(seq: number, text: string) {
  return {seq, at: '', turn_id: 't', text}
}

/** The streams that are open. */
function streams(): FakeEventSource[] {
  return FakeEventSource.all.filter(source => !source.closed)
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focused)
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.stubGlobal('BroadcastChannel', FakeChannel)
  vi.stubGlobal('fetch', requests)
  requests.mockReset()
  FakeEventSource.all = []
  focused = true
})

afterEach(() => {
  for (const page of pages) page.close()
  pages = []
  expect(FakeChannel.open.size).toBe(0)
  expect(streams()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('has one stream for all pages, and tells each of them everything once', () => {
  const [one, other, last] = [open(), open(), open()]
  expect(streams()).toEqual([FakeEventSource.last])
  FakeEventSource.last.open()
  FakeEventSource.last.send('message', state(4, 'Pa'), 4)
  FakeEventSource.last.send('assistant_delta', delta(5, 'ti'), 5)
  FakeEventSource.last.send('assistant_delta', delta(6, 'ence'), 6)
  for (const page of [one!, other!, last!]) {
    expect(page.told).toEqual(['connected', 'message 4', 'assistant_delta 5', 'assistant_delta 6'])
    expect(page.text()).toBe('Patience')
  }
})

it.each(['close', 'vanish', 'silent'])('goes on in another page when the one that had it is gone: %s', async how => {
  const one = open()
  const other = open()
  const first = FakeEventSource.last
  first.send('message', state(4, 'Pa'), 4)
  if (how === 'close') other.close()
  else if (how === 'vanish') other.vanish()
  else [...FakeChannel.open].at(-1)!.postMessage = () => {}
  await vi.advanceTimersByTimeAsync(how === 'silent' ? 6000 : 300)

  expect(FakeEventSource.last).not.toBe(first)
  expect(FakeEventSource.last.url).toBe('/api/chat/stream?session_id=s&last_event_id=4')
  FakeEventSource.last.send('assistant_delta', delta(5, 'tience'), 5)
  expect(one.told.filter(told => told.startsWith('assistant'))).toEqual(['assistant_delta 5'])
  expect(one.text()).toBe('Patience')
})

it('begins in the middle of an answer with the state, and adds nothing to it that it has', async () => {
  open()
  FakeEventSource.last.open()
  FakeEventSource.last.send('message', state(4, 'Pa'), 4)
  focused = false
  let arrive = (_: Response) => {}
  requests.mockImplementation(() => new Promise(resolve => (arrive = resolve)))
  const late = open()
  expect(requests.mock.calls[0]![0]).toBe('/api/state?session_id=s')
  // What comes while the state is on its way, some of which is in it.
  for (const [index, text] of ['ti', 'en', 'ce'].entries()) FakeEventSource.last.send('assistant_delta', delta(5 + index, text), 5 + index)
  arrive(answer(state(6, 'Patien')))
  await vi.advanceTimersByTimeAsync(0)
  expect(late.text()).toBe('Patience')

  // Deltas that waited for a slow reader come as one: half of it may be in a state that was asked for.
  const slow = open('s')
  arrive(answer(state(9, 'Patience pays')))
  await vi.advanceTimersByTimeAsync(0)
  FakeEventSource.last.send('assistant_delta', delta(10, ' pays, so'), 10)
  expect(slow.text()).toBe('Patience pays')
  requests.mockImplementation(async () => answer(state(10, 'Patience pays, so')))
  await vi.advanceTimersByTimeAsync(2000)
  expect(slow.text()).toBe('Patience pays, so')
  FakeEventSource.last.send('assistant_delta', delta(11, ' they say'), 11)
  expect([late.text(), slow.text()]).toEqual(['Patience pays, so they say', 'Patience pays, so they say'])
})

it('asks for the state of a session that the stream is not of, until the user turns to it', async () => {
  requests.mockImplementation(async () => answer(state(4, 'Patience')))
  const one = open('one')
  open('two')
  expect(streams().map(({url}) => url)).toEqual(['/api/chat/stream?session_id=two'])
  await vi.advanceTimersByTimeAsync(2000)
  expect(one.text()).toBe('Patience')
  const asked = one.told.length
  for (let quiet = 0; quiet < 6; quiet++) {
    await vi.advanceTimersByTimeAsync(10_000)
    FakeEventSource.last.send('ping', {})
  }
  expect(one.told).toHaveLength(asked) // an unchanged state is told once, and silence is no loss
  focused = false
  requests.mockRejectedValueOnce(new TypeError('no network'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(one.told.at(-1)).toBe('lost')
  await vi.advanceTimersByTimeAsync(2000)
  expect(one.told.slice(asked)).toContain('connected')
})

it('is taken by the page in use, and given back by none that is not', () => {
  const one = open('one')
  requests.mockImplementation(async () => answer(emptyState()))
  open('two')
  one.close()
  const again = open('one')
  expect(streams().map(({url}) => url)).toEqual(['/api/chat/stream?session_id=one'])
  again.close()
})

it('outranks a page that began when the clock was ahead', () => {
  vi.setSystemTime(new Date('2030-01-01'))
  open('s')
  vi.setSystemTime(new Date('2026-01-01'))
  open('s')
  expect(streams()).toEqual([FakeEventSource.last])
})

it('is a stream of its own where pages cannot talk to each other', () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  const page = open()
  FakeEventSource.last.send('message', state(4, 'Patience'), 4)
  expect(page.text()).toBe('Patience')
})

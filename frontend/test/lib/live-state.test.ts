import {describe, expect, it} from 'vitest'
import {apply} from '../../src/lib/apply'
import {LiveState} from '../../src/lib/live-state'
import type {StreamItem, State, StreamEvent} from '../../src/lib/types'
import awkward from './recordings/awkward-agent.json'
import demo from './recordings/demo-agent.json'
import {emptyState} from '../fakes'

interface Recording {
  heard: {event: string; id: number; data: unknown}[]
  final: State
}

const RECORDINGS = {
  'the demo agent': demo as unknown as Recording,
  'an agent that fails, asks and dies': awkward as unknown as Recording,
}

const AT = '2027-01-15T08:00:00.000Z'

function delta(seq: number, text: string): StreamItem {
  return ['assistant_delta', {seq, at: AT, turn_id: 't', text}, seq]
}

function said(state: State | undefined): string[] {
  return (state?.messages ?? []).map(message => message.content)
}

/**
 * Without the time at which each answer began: pieces of it that come as one have the time of the
 * last, so that milliseconds are lost.
 */
function timeless(state: State): State {
  const messages = state.messages.map(message =>
    message.sender === 'assistant' ? {...message, timestamp: ''} : message,
  )
  return {...state, messages}
}

describe.each(Object.entries(RECORDINGS))('a recorded stream of %s', (_, {heard, final}) => {
  it('amounts to what the server says it does, at every state it sent', () => {
    let state = heard[0]!.data as State
    let compared = 0
    for (const {event, id, data} of heard) {
      if (event !== 'message') {
        state = apply(state, {name: event, data} as StreamEvent)
      } else if ((data as State).seq === id) {
        expect(timeless(state)).toEqual(timeless(data as State))
        compared += 1
      }
    }
    expect(timeless(state)).toEqual(timeless(final))
    expect(compared).toBeGreaterThan(5)
  })

  it('is shown without ever going back', () => {
    const live = new LiveState()
    let seq = 0
    for (const {event, id, data} of heard) {
      live.receive(...([event, data, id] as StreamItem))
      expect(live.current!.seq).toBeGreaterThanOrEqual(seq)
      seq = live.current!.seq
    }
    expect(live.current).toEqual(final)
  })

  it('is the same when every event comes twice', () => {
    const live = new LiveState()
    for (const {event, id, data} of heard) {
      live.receive(...([event, data, id] as StreamItem))
      live.receive(...([event, data, id] as StreamItem))
    }
    expect(live.current).toEqual(final)
  })
})

describe('apply', () => {
  it('leaves the state it was given as it was', () => {
    const before = Object.freeze(emptyState())
    const data = {seq: 1, at: AT, turn_id: 't', text: 'Hi'}
    expect(said(apply(before, {name: 'assistant_delta', data}))).toEqual(['Hi'])
    expect(before.messages).toEqual([])
  })

  it('keeps the newest hundred messages, and counts all', () => {
    let state = emptyState()
    for (let seq = 1; seq <= 120; seq++) {
      const data = {seq, at: AT, turn_id: null, id: `n${seq}`, content: `note ${seq}`}
      state = apply(state, {name: 'system_message', data})
    }
    expect(state.messages).toHaveLength(100)
    expect(state.messages[0]!.content).toBe('note 21')
    expect(state.total_messages).toBe(120)
  })

  it('takes note of an event it does not know, and of nothing in it', () => {
    const event = {name: 'confetti', data: {seq: 1, at: AT}} as unknown as StreamEvent
    expect(apply(emptyState(), event)).toEqual(emptyState({seq: 1}))
  })

  it('looks after a question first, and after the trouble when that is answered', () => {
    const failed = apply(emptyState(), {
      name: 'error',
      data: {seq: 1, at: AT, turn_id: 't', code: 'AGENT_LOGIN_REQUIRED', message: 'Log in.'},
    })
    expect([failed.attention, failed.missing_api_key, failed.status]).toEqual(['error', true, 'error'])
    const question = {request_id: 'r', kind: 'question' as const, title: '?', options: []}
    const asked = apply(failed, {name: 'permission_request', data: {seq: 2, at: AT, ...question}})
    expect(asked.attention).toBe('question')
    expect(asked.permissions).toEqual([question])
    const data = {seq: 3, at: AT, turn_id: 't', request_id: 'r', option_id: null, outcome: 'cancelled' as const}
    expect(apply(asked, {name: 'permission_resolved', data}).attention).toBe('error')
  })
})

describe('LiveState', () => {
  it('shows nothing before the first state', () => {
    const live = new LiveState()
    live.receive(...delta(1, 'Hi'))
    expect(live.current).toBeUndefined()
  })

  it('does not say twice what came with an answer and again in one piece', () => {
    const live = new LiveState()
    live.receive('message', emptyState({seq: 1}), 1)
    live.receive(...delta(2, 'one '))
    const ahead = apply(live.current!, {
      name: 'assistant_delta',
      data: {seq: 3, at: AT, turn_id: 't', text: 'two '},
    })
    live.offer(ahead)
    expect(said(live.current)).toEqual(['one two '])
    live.receive(...delta(4, 'two three'))
    expect(said(live.current)).toEqual(['one two three'])
  })

  it('does not say twice what a state of the stream knew ahead of its events', () => {
    const live = new LiveState()
    live.receive('message', emptyState({seq: 1}), 1)
    live.receive(...delta(2, 'one '))
    const newer = apply(live.current!, {
      name: 'assistant_delta',
      data: {seq: 3, at: AT, turn_id: 't', text: 'two '},
    })
    live.receive('message', newer, 2)
    expect(said(live.current)).toEqual(['one two '])
    live.receive(...delta(4, 'two three'))
    expect(said(live.current)).toEqual(['one two three'])
  })

  it('shows an older answer no more', () => {
    const live = new LiveState()
    live.receive('message', emptyState({seq: 5}), 5)
    live.offer(emptyState({seq: 4, status: 'error'}))
    expect(live.current!.status).toBe('idle')
  })

  it('starts over where the server lost its log', () => {
    const live = new LiveState()
    live.receive('message', emptyState({seq: 50, status: 'waiting'}), 50)
    live.receive('message', emptyState({seq: 2}), 2)
    expect(live.current).toEqual(emptyState({seq: 2}))
    live.receive(...delta(3, 'New.'))
    expect(said(live.current)).toEqual(['New.'])
  })
})

import {describe, expect, it} from 'vitest'

import {apply} from '../../src/lib/apply'
import type {State, StreamEvent} from '../../src/lib/types'
import {emptyState, reply} from '../fakes'

const AT = '2027-01-15T08:00:00.000Z'

type Told = [name: StreamEvent['name'], data: object]

/** The state after events, which get their numbers here. */
function after(state: State, ...events: Told[]): State {
  return events.reduce((now, [name, data]) => {
    const event = {name, data: {seq: now.seq + 1, at: AT, ...data}} as StreamEvent
    return apply(now, event)
  }, state)
}

function running(changes: Partial<State> = {}): State {
  return after(
    emptyState(changes),
    ['user_message', {turn_id: 't', content: 'Go', message_id: 'm'}],
    ['status', {turn_id: 't', status: 'active', turn: 'started'}],
  )
}

const STEP = {id: 'c', name: '', kind: 'execute', title: 'npm test', status: 'in_progress'}
const QUESTION = {request_id: 'r', kind: 'question', title: 'Which?', options: []}

describe('a turn', () => {
  it('is known by its id as long as it runs', () => {
    const state = running()
    expect(state).toMatchObject({running_turn_id: 't', is_processing: true})
    const over = after(state, ['assistant_message', {turn_id: 't', content: 'Done.', stop_reason: 'end_turn'}])
    expect(over).toMatchObject({running_turn_id: null, is_processing: false, status: 'waiting'})
  })

  it.each(['end_turn', 'cancelled', 'max_tokens', 'max_turn_requests', 'refusal', 'a word of its own'])('says why it ended: %s', reason => {
    const streaming = after(running(), ['assistant_delta', {turn_id: 't', text: 'So'}])
    expect(streaming.messages.map(message => message.stop_reason)).toEqual([null, null])
    const over = after(streaming, ['assistant_message', {turn_id: 't', content: 'So.', stop_reason: reason}])
    expect(over.messages.map(message => message.stop_reason)).toEqual([null, reason])
  })

  it('that failed says so, too', () => {
    const state = after(running(), ['assistant_delta', {turn_id: 't', text: 'So'}])
    const over = after(state, ['error', {turn_id: 't', code: 'AGENT_FAILED', message: 'It crashed.'}])
    expect(over).toMatchObject({running_turn_id: null, status: 'error'})
    expect(over.messages[1]).toMatchObject({content: 'So', is_streaming: false, stop_reason: 'failed'})
  })

  it.each([
    ['cancelled', 'cancelled'],
    ['end_turn', 'cancelled'],
    ['failed', 'failed'],
  ])('that ends with %s leaves no step running, and nothing asked', (reason, status) => {
    const state = after(
      running(),
      ['tool_call', {turn_id: 't', ...STEP}],
      ['tool_call', {turn_id: 't', ...STEP, id: 'done', status: 'completed'}],
      ['permission_request', {turn_id: 't', ...QUESTION}],
      ['permission_request', {turn_id: null, ...QUESTION, request_id: 'outside'}],
    )
    expect(state.attention).toBe('question')
    const over = after(state, ['assistant_message', {turn_id: 't', content: '', stop_reason: reason}])
    expect(over.messages.at(-1)!.tool_calls.map(call => call.status)).toEqual([status, 'completed'])
    expect(over.permissions.map(asked => asked.request_id)).toEqual(['outside'])
  })

  it('gets its late words and news, while the next one runs', () => {
    const state = after(
      running(),
      ['tool_call', {turn_id: 't', ...STEP}],
      ['assistant_message', {turn_id: 't', content: 'One.', stop_reason: 'cancelled'}],
      ['user_message', {turn_id: 'u', content: 'On', message_id: 'n'}],
      ['status', {turn_id: 'u', status: 'active', turn: 'started'}],
      ['assistant_delta', {turn_id: 'u', text: 'Two'}],
      ['assistant_delta', {turn_id: 't', text: ' late'}],
      ['tool_call', {turn_id: 't', ...STEP, status: 'completed'}],
    )
    expect(state.messages.map(message => message.content)).toEqual(['Go', 'One. late', 'On', 'Two'])
    expect(state.messages[1]).toMatchObject({is_streaming: false, stop_reason: 'cancelled'})
    expect(state.messages[1]!.tool_calls[0]!.status).toBe('completed')
    expect(state).toMatchObject({running_turn_id: 'u', status: 'active', is_processing: true})
  })

  it('that ends late does not end the next one', () => {
    const next = running({running_turn_id: 'old'})
    for (const end of [
      ['assistant_message', {turn_id: 'old', content: 'Late.', stop_reason: 'end_turn'}],
      ['error', {turn_id: 'old', code: 'AGENT_FAILED', message: 'Late.'}],
    ] as const) {
      expect(after(next, [...end])).toMatchObject({running_turn_id: 't', status: 'active', is_processing: true, is_loading: true})
    }
  })
})

describe('a status event', () => {
  it('changes only what it tells', () => {
    const state = after(running(), ['status', {detail: 'Over its limit until noon.'}], ['status', {queue_held: false}])
    expect(state).toMatchObject({status: 'active', is_processing: true, running_turn_id: 't'})
  })

  it.each(['idle', 'error'])('of an agent that is gone takes its questions along: %s', status => {
    const state = after(running(), ['permission_request', {turn_id: null, ...QUESTION}], ['status', {status}])
    expect(state).toMatchObject({permissions: [], attention: status === 'error' ? 'error' : null})
  })

  it('leaves nothing running or asked in a session that ended', () => {
    const state = after(running(), ['permission_request', {turn_id: 't', ...QUESTION}], ['session_ended', {reason: 'idle'}])
    expect(state).toMatchObject({status: 'stopped', permissions: [], running_turn_id: null, is_processing: false})
  })
})

describe('the summary', () => {
  const summed: Told = ['summary', {content: 'All of it.', by_agent: true}]
  const more: Told[] = [
    ['user_message', {turn_id: 't', content: 'And?', message_id: 'm'}],
    ['system_message', {turn_id: null, id: 'n', content: 'It rains.'}],
    ['assistant_message', {turn_id: 't', content: 'Yes', stop_reason: 'end_turn'}],
    ['error', {turn_id: 't', code: 'AGENT_FAILED', message: 'Gone.'}],
  ]

  it.each(more)('is of all that was said, until more is said: %s', (...said) => {
    const known = after(emptyState(), summed, ['assistant_delta', {turn_id: null, text: 'Late.'}])
    expect(known.summary).toEqual({content: 'All of it.', by_agent: true})
    expect(after(known, said).summary).toBeNull()
  })
})

describe('what is held', () => {
  const WAITING = {message_id: 'n', turn_id: 'u', content: 'Later', timestamp: AT, held: false}
  const HELD = {...WAITING, held: true}

  it('keeps nobody busy, until it is sent', () => {
    const stopped = after(
      running({queue: [WAITING]}),
      ['assistant_message', {turn_id: 't', content: '', stop_reason: 'cancelled'}],
      ['status', {status: 'waiting', queue_held: true}],
    )
    expect(stopped).toMatchObject({queue_held: true, queue: [HELD], is_processing: false})
    const sent = after(stopped, ['status', {status: 'waiting', queue_held: false}])
    expect(sent).toMatchObject({queue_held: false, queue: [WAITING], is_processing: true})
  })

  it('stays held by events that do not speak of it', () => {
    const state = after(emptyState({queue: [HELD], queue_held: true}), ['status', {status: 'waiting'}])
    expect(state).toMatchObject({queue: [HELD], queue_held: true, is_processing: false})
  })

  it('stays while new messages are answered, which are not held themselves', () => {
    const said = {turn_id: 'v', content: 'Now', message_id: 'v'}
    const asked = after(emptyState({queue: [HELD], queue_held: true}), ['user_message', said])
    expect(asked).toMatchObject({queue: [HELD, {message_id: 'v', held: false}], queue_held: true, is_processing: true})
    const started = after(asked, ['status', {status: 'active', turn: 'started', turn_id: 'v'}])
    expect(started).toMatchObject({queue: [HELD], queue_held: true, is_processing: true})
    const over = after(started, ['assistant_message', {turn_id: 'v', content: 'Yes', stop_reason: 'end_turn'}])
    expect(over).toMatchObject({queue: [HELD], queue_held: true, is_processing: false})
  })

  it('is gone when it was discarded', () => {
    const held = after(
      emptyState(),
      ['user_message', {turn_id: 'u', content: 'Later', message_id: 'n'}],
      ['status', {status: 'waiting', queue_held: true}],
      ['status', {turn_id: 'u', turn: 'withdrawn'}],
    )
    expect(held).toMatchObject({queue: [], queue_held: false, messages: [], total_messages: 0, is_processing: false})
  })
})

describe('outside a turn', () => {
  const before = emptyState({messages: [reply()], total_messages: 1, status: 'waiting'})

  it('words are a message of their own, as often as they come', () => {
    const once = after(
      before,
      ['assistant_delta', {turn_id: null, text: 'The build '}],
      ['assistant_delta', {turn_id: null, text: 'is green.'}],
    )
    expect(once.messages).toHaveLength(2)
    expect(once.messages[1]).toMatchObject({id: '1:said', content: 'The build is green.', turn_id: null, is_streaming: false})
    const again = after(
      once,
      ['user_message', {turn_id: 'u', content: 'And now?', message_id: 'n'}],
      ['assistant_delta', {turn_id: null, text: 'Deployed.'}],
    )
    expect(again.messages.map(message => message.content)).toEqual(['Done.', 'The build is green.', 'And now?', 'Deployed.'])
    expect(new Set(again.messages.map(message => message.id)).size).toBe(4)
  })

  it('steps are shown, and their news find them', () => {
    const state = after(
      before,
      ['tool_call', {turn_id: null, ...STEP}],
      ['user_message', {turn_id: 'u', content: 'And now?', message_id: 'n'}],
      ['tool_call', {turn_id: null, ...STEP, status: 'completed'}],
    )
    expect(state.messages).toHaveLength(3)
    expect(state.messages[1]!.tool_calls.map(call => call.status)).toEqual(['completed'])
  })

  it('a question is asked like any other', () => {
    const state = after(before, ['permission_request', {turn_id: null, ...QUESTION}])
    expect(state).toMatchObject({attention: 'question', permissions: [{request_id: 'r'}], running_turn_id: null})
  })

  it('a call of the same id is another one than that of a turn', () => {
    const state = after(running(), ['tool_call', {turn_id: 't', ...STEP}], ['tool_call', {turn_id: null, ...STEP, status: 'failed'}])
    expect(state.messages.map(message => message.tool_calls.map(call => call.status))).toEqual([[], ['in_progress'], ['failed']])
  })

  it('the agent starts, works and is ready', () => {
    const starting = after(before, ['status', {status: 'active', loading: true}])
    expect(starting).toMatchObject({status: 'active', is_loading: true, running_turn_id: null})
    expect(after(starting, ['thought_delta', {turn_id: null, text: 'Hm'}])).toMatchObject({is_loading: false})
    expect(after(starting, ['status', {status: 'waiting', loading: false}])).toMatchObject({status: 'waiting', is_loading: false})
  })
})

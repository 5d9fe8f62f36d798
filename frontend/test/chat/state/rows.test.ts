import {describe, expect, it} from 'vitest'

import {Cells} from '../../../src/chat/state/cells'
import {rowsOf, sameMessage, type RowsInput} from '../../../src/chat/state/rows'
import type {OutboxEntry} from '../../../src/lib/outbox-entry'
import type {Message} from '../../../src/lib/types'

const MINUTE = 60_000
const START = Date.parse('2026-11-21T14:00:00.000Z')

function message(changes: Partial<Message> & {id: string}, minutes = 0): Message {
  return {
    sender: 'user',
    content: changes.id,
    timestamp: new Date(START + minutes * MINUTE).toISOString(),
    is_streaming: false,
    turn_id: 't1',
    stop_reason: null,
    tool_calls: [],
    ...changes,
  }
}

function entry(message_id: string, state: OutboxEntry['state']): OutboxEntry {
  return {message_id, sessionId: 's', text: message_id, at: START, state, kept: true}
}

function rows(told: Partial<RowsInput>) {
  return rowsOf({messages: [], entries: [], queued: new Set(), apart: new Set(), seenUntil: 0, ...told})
}

function shape(told: Partial<RowsInput>): string[] {
  return rows(told).map(row => (row.kind === 'prompt' ? `${row.id} ${row.delivery}` : row.kind === 'reply' ? row.key : row.kind))
}

describe('the rows of a conversation', () => {
  it('say the time at the beginning, and after a silence of more than five minutes', () => {
    const messages = [
      message({id: 'a'}),
      message({id: 'b', sender: 'assistant'}, 4),
      message({id: 'c', turn_id: 't2'}, 10),
    ]
    expect(shape({messages})).toEqual(['time', 'a answered', 'assistant:b', 'time', 'c sent'])
  })

  it('have what was just said, with the same key before and after Janus has it', () => {
    const [, waiting] = rows({entries: [entry('a', 'waiting')]})
    const [, sent] = rows({messages: [message({id: 'a'})], entries: [entry('a', 'sent')]})
    expect(waiting).toMatchObject({kind: 'prompt', delivery: 'waiting'})
    expect(sent?.key).toBe(waiting?.key)
  })

  it('keep what failed in sight, and leave out what is shown above the composer', () => {
    const entries = [entry('a', 'failed'), entry('b', 'waiting')]
    const messages = [message({id: 'c'}), message({id: 'd', turn_id: 't2'})]
    const input = {messages, entries, queued: new Set(['c', 'd'])}
    expect(shape({...input, apart: new Set(['b', 'c'])})).toEqual(['time', 'd sent', 'a failed'])
    expect(shape(input)).toEqual(['time', 'c sent', 'd sent', 'a failed', 'b waiting'])
  })

  it('put what was said while the agent worked where its own turn begins', () => {
    const messages = [
      message({id: 'a'}),
      message({id: 'b', turn_id: 't2'}),
      message({id: 't1:answer', sender: 'assistant'}),
      message({id: 't2:answer', sender: 'assistant', turn_id: 't2'}),
    ]
    const expected = ['time', 'a answered', 'assistant:t1:answer', 'b answered', 'assistant:t2:answer']
    expect(shape({messages})).toEqual(expected)
  })

  it('leave what was never answered where it was', () => {
    const messages = [
      message({id: 'lost', turn_id: 't0'}),
      message({id: 'a'}),
      message({id: 't1:answer', sender: 'assistant'}),
      message({id: 'new', turn_id: 't2'}),
    ]
    expect(shape({messages})).toEqual(['time', 'lost sent', 'a answered', 'assistant:t1:answer', 'new sent'])
  })

  it('are divided where the user has not been yet, unless he has spoken himself', () => {
    const messages = [message({id: 'a'}), message({id: 'b', sender: 'assistant'}, 1)]
    expect(shape({messages, seenUntil: START})).toEqual(['time', 'a answered', 'new', 'assistant:b'])
    expect(shape({messages, seenUntil: START + MINUTE})).not.toContain('new')
    expect(shape({messages: [message({id: 'a'}, 1)], seenUntil: START})).not.toContain('new')
  })
})

describe('a message', () => {
  it('is the same if there is nothing new in it to draw', () => {
    const call = {id: 'c', name: '', kind: 'read', title: 'Read', status: 'completed'} as const
    const was = message({id: 'a', tool_calls: [call]})
    expect(sameMessage(was, {...was, tool_calls: [{...call}]})).toBe(true)
    expect(sameMessage(was, {...was, content: 'more'})).toBe(false)
    expect(sameMessage(was, {...was, tool_calls: [{...call, status: 'failed'}]})).toBe(false)
    expect(sameMessage(was, {...was, stop_reason: 'cancelled'})).toBe(false)
  })
})

it('is shown before what is there already, and once only', () => {
  const cells = new Cells()
  cells.show([message({id: 'c'}, 2), message({id: 'd'}, 3)])

  cells.showEarlier([message({id: 'b'}, 1), message({id: 'c'}, 2)])
  cells.showEarlier([message({id: 'a'}, 0), message({id: 'b'}, 1)])
  // The state has only the newest messages.
  cells.show([message({id: 'd'}, 3), message({id: 'e'}, 4)])

  expect(cells.all.value.map(({id}) => id).join('')).toBe('abcde')
})

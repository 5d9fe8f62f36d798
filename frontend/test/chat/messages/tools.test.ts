import {moment} from '../../../src/app/time'
import {toldLine} from '../../../src/chat/strings'
import {describe, expect, it} from 'vitest'

import {elapsed} from '../../../src/chat/strings'
import {changeOf, doing, foldTitle, lineOf, stepsOf} from '../../../src/chat/messages/tools'
import type {ToolCall} from '../../../src/lib/types'
import {emptyState} from '../../fakes'

function call(changes: Partial<ToolCall> = {}): ToolCall {
  return {id: changes.title ?? 'id', name: '', kind: 'read', title: 'Read a.ts', status: 'completed', ...changes}
}

describe('what the agent does', () => {
  it('is a verb and its target, said once', () => {
    expect(lineOf(call())).toEqual({verb: 'Read', target: 'a.ts'})
    expect(lineOf(call({kind: 'execute', title: '`npm test`'}))).toEqual({verb: 'Run', target: 'npm test'})
    expect(lineOf(call({kind: 'other', title: 'Ponder'}))).toEqual({verb: '', target: 'Ponder'})
    expect(lineOf(call({title: 'Reading list.md'})).verb).toBe('Read')
  })

  it('is folded where it only looks, and worked', () => {
    const calls = [
      call({title: 'Read a'}),
      call({title: 'Search for b', kind: 'search'}),
      call({title: 'Edit a', kind: 'edit'}),
      call({title: 'Read c', status: 'failed'}),
      call({title: 'Read d'}),
    ]
    const steps = stepsOf(calls).map(step => (step.kind === 'call' ? step.call.title : step.calls.length))
    expect(steps).toEqual([2, 'Edit a', 'Read c', 'Read d'])
  })

  it('is counted by files, however often one was read', () => {
    expect(foldTitle([call(), call(), call({title: 'Read b.ts'})])).toBe('Read 2 files')
    expect(foldTitle([call(), call({kind: 'search'})])).toBe('Read 1 file, searched 1 time')
    expect(foldTitle([call({kind: 'search'}), call({kind: 'search'})])).toBe('Searched 2 times')
  })

  it('is said in the work bar, the question before all', () => {
    const answer = {
      id: 't:answer',
      sender: 'assistant' as const,
      content: '',
      timestamp: '',
      is_streaming: true,
      turn_id: 't',
      stop_reason: null,
      tool_calls: [call({status: 'in_progress', kind: 'execute', title: 'npm test'})],
    }
    const state = emptyState({messages: [answer], is_processing: true})
    expect(doing(state)).toBe('Run npm test')
    expect(doing({...state, messages: [{...answer, tool_calls: []}]})).toBe('Thinking')
    expect(doing({...state, messages: [{...answer, tool_calls: [], content: 'So'}]})).toBe('Answering')
    expect(doing({...state, is_loading: true})).toBe('Starting the agent')
    const asked = {request_id: 'r', kind: 'permission' as const, title: '', options: []}
    expect(doing({...state, permissions: [asked]})).toBe('Waiting for you')
  })
})

describe('a change', () => {
  it('is a path, and then a line each with its sign', () => {
    const change = changeOf(call({kind: 'edit', output: 'src/a.ts\n-old\n+new\n+more\n… and 3 lines more'}))
    expect(change).toMatchObject({path: 'src/a.ts', added: 2, removed: 1})
    expect(change?.lines.at(-1)).toEqual({sign: '', text: '… and 3 lines more'})
  })

  it('is not what a command printed', () => {
    expect(changeOf(call({kind: 'execute', output: 'a\n-b'}))).toBeNull()
    expect(changeOf(call({output: 'a\nb'}))).toBeNull()
    expect(changeOf(call())).toBeNull()
  })
})

it('counts time as a clock does', () => {
  expect([0, 59.9, 61, 3661, -3].map(elapsed)).toEqual(['0:00', '0:59', '1:01', '1:01:01', '0:00'])
})

it.each([
  [{arrived_at: null, seen_at: null, unseen: false}, 'Told you TOLD'],
  [{arrived_at: '2027-01-15T14:02:30.000Z', seen_at: null, unseen: false}, 'Told you TOLD, arrived ARRIVED'],
  [{arrived_at: '2027-01-15T14:02:30.000Z', seen_at: '2027-01-15T14:03:00.000Z', unseen: false}, 'Told you TOLD, seen SEEN'],
  [{arrived_at: null, seen_at: null, unseen: true, way: 'ntfy' as const}, 'Told you TOLD by ntfy, not seen'],
])('what is known of a notification is one line: %#', (known, line) => {
  const told = {at: '2027-01-15T14:02:00.000Z', way: 'push' as const, ...known}
  const at = (time: string | null) => (time ? moment(Date.parse(time)) : '')
  const expected = line.replace('TOLD', at(told.at)).replace('ARRIVED', at(told.arrived_at)).replace('SEEN', at(told.seen_at))
  expect(toldLine(told)).toBe(expected)
})

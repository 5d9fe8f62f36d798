import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import {Conversation} from '../../../src/chat/state/conversation'
import {ApiError} from '../../../src/lib/api-error'
import type {Message, Permission, QueuedMessage} from '../../../src/lib/types'
import {fakeApp, fleetHas} from '../../chat-app'
import {aFleet, emptyState, FakeEventSource} from '../../fakes'

const AT = '2026-11-21T14:00:00.000Z'
const open: Conversation[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.spyOn(document, 'hasFocus').mockReturnValue(true)
  FakeEventSource.all = []
  localStorage.clear()
})
afterEach(() => {
  for (const conversation of open.splice(0)) conversation.close()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function begin(send?: (text: string) => Promise<unknown>) {
  const fake = fakeApp(send)
  const conversation = new Conversation(fake.app, 's')
  open.push(conversation)
  FakeEventSource.last.open()
  return {...fake, conversation, stream: FakeEventSource.last}
}

async function frame(): Promise<void> {
  await vi.advanceTimersByTimeAsync(20)
}

function message(id: string, sender: Message['sender'] = 'user'): Message {
  return {id, sender, content: id, timestamp: AT, is_streaming: false, turn_id: id, stop_reason: null, tool_calls: []}
}

it('shows what was said at once, and the same row when Janus has it', async () => {
  let accept = () => {}
  const {conversation, stream} = begin(() => new Promise<void>(resolve => (accept = resolve)))
  stream.send('message', emptyState(), 0)
  await frame()

  conversation.say('hello')
  await frame()
  const [, row] = conversation.rows.value
  expect(row).toMatchObject({kind: 'prompt', text: 'hello', delivery: 'sending'})
  accept()
  await frame()
  expect(conversation.rows.value.at(-1)).toMatchObject({key: row!.key, delivery: 'sent'})

  const id = row?.kind === 'prompt' ? row.id : ''
  stream.send('user_message', {seq: 1, at: AT, turn_id: 't', content: 'hello', message_id: id}, 1)
  await frame()
  expect(conversation.rows.value.map(({key}) => key)).toEqual([expect.stringMatching('^time'), row!.key])
})

it('draws once a frame, and of a token nothing but the message that grows', async () => {
  const {conversation, stream} = begin()
  stream.send('message', emptyState({messages: [message('t')], total_messages: 1}), 0)
  stream.send('assistant_delta', {seq: 1, at: AT, turn_id: 't', text: 'One'}, 1)
  await frame()
  const {value: rows} = conversation.rows
  const cell = conversation.cell('assistant:t:answer')!
  const seen: string[] = []
  cell.subscribe(({content}) => seen.push(content))

  stream.send('assistant_delta', {seq: 2, at: AT, turn_id: 't', text: ' two'}, 2)
  stream.send('assistant_delta', {seq: 3, at: AT, turn_id: 't', text: ' three'}, 3)
  await frame()

  expect(seen).toEqual(['One', 'One two three'])
  expect(conversation.rows.value).toBe(rows)
})

it('keeps the queue apart while the agent works', async () => {
  const {conversation, stream} = begin(() => new Promise(() => {}))
  const waiting = {message_id: 'b', turn_id: 'b', content: 'later', timestamp: AT, held: false}
  const messages = [message('a'), message('b')]
  stream.send('message', emptyState({status: 'active', is_processing: true, messages, queue: [waiting]}), 0)
  conversation.say('and then')
  await frame()

  expect(conversation.queue.value).toMatchObject([
    {id: 'b', text: 'later', accepted: true},
    {text: 'and then', accepted: false},
  ])
  expect(conversation.rows.value.map(({kind}) => kind)).toEqual(['time', 'prompt'])
})

it('takes back from Janus what has arrived, or may have', async () => {
  const {conversation, stream, api, app, spies} = begin(() => new Promise(() => {}))
  stream.send('message', emptyState({status: 'active', is_processing: true}), 0)
  conversation.say('being sent')
  conversation.say('behind it')
  await frame()
  const [sending, unsent] = conversation.queue.value.map(({id}) => id)

  expect(await conversation.actions.withdraw(unsent!)).toBe(true)
  expect(api.withdraw).not.toHaveBeenCalled()

  api.withdraw.mockRejectedValueOnce(new Error('It is being answered.'))
  expect(await conversation.actions.withdraw(sending!)).toBe(false)
  expect(spies.announce).toHaveBeenCalledWith('It is being answered.')

  api.withdraw.mockResolvedValue(emptyState({seq: 1, status: 'active'}))
  expect(await conversation.actions.withdraw(sending!)).toBe(true)
  expect(api.withdraw).toHaveBeenCalledWith('s', sending)
  app.outbox.close()
})

it('forgets what was withdrawn before it was seen', async () => {
  const {conversation, stream} = begin()
  stream.send('message', emptyState({status: 'active', is_processing: true}), 0)
  conversation.say('one')
  conversation.say('two')
  await frame()
  const [one] = conversation.queue.value.map(({id}) => id)

  const said = {at: AT, turn_id: 't', content: 'one', message_id: one!}
  stream.send('user_message', {seq: 1, ...said}, 1)
  stream.send('status', {seq: 2, at: AT, status: 'active', turn: 'withdrawn', turn_id: 't'}, 2)
  await frame()
  expect(conversation.queue.value.map(({text}) => text)).toEqual(['two'])

  stream.send('message', emptyState({seq: 4, status: 'active', is_processing: true}), 4)
  await frame()
  expect(conversation.queue.value).toEqual([])
})

it('says that somebody else has answered, but not of an own answer', async () => {
  const {conversation, stream, api, spies} = begin()
  const asked = {request_id: 'r', kind: 'permission', title: 'May I?', options: []} satisfies Permission
  stream.send('message', emptyState({permissions: [asked]}), 0)
  await frame()
  const resolved = {at: AT, request_id: 'r', option_id: 'yes', outcome: 'selected'}

  api.permission.mockResolvedValue(emptyState({seq: 1}))
  await conversation.actions.answer('r', 'yes')
  stream.send('permission_resolved', {seq: 1, ...resolved}, 1)
  await frame()
  expect(conversation.permissions.value).toEqual([])
  expect(spies.announce).not.toHaveBeenCalled()

  stream.send('permission_resolved', {seq: 2, ...resolved}, 2)
  expect(spies.announce).toHaveBeenCalledWith('Answered on another device.')
})

it('keeps messages that fall out of the state', async () => {
  const {conversation, stream} = begin()
  stream.send('message', emptyState({messages: [message('a'), message('b')], total_messages: 2}), 0)
  await frame()
  stream.send('message', emptyState({seq: 1, messages: [message('b'), message('c')], total_messages: 3}), 1)
  await frame()

  const said = conversation.rows.value.flatMap(row => (row.kind === 'prompt' ? [row.id] : []))
  expect(said).toEqual(['a', 'b', 'c'])
  expect(conversation.more.value).toBe(0)
})

it('speaks of a lost connection only when that lasts', async () => {
  const {stream, app, spies} = begin()
  const {lost} = app.connection
  stream.fail()
  await vi.advanceTimersByTimeAsync(400)
  expect(lost.value).toBe(false)
  await vi.advanceTimersByTimeAsync(1500)
  expect(lost.value).toBe(true)

  FakeEventSource.last.open()
  expect(lost.value).toBe(false)
  expect(spies.announce).toHaveBeenLastCalledWith('Connected again.')
})

it('is there every 30 seconds, also when that failed once', async () => {
  const {api, stream} = begin()
  stream.send('message', emptyState({seq: 1}), 1)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.heartbeat).toHaveBeenCalledTimes(2)

  api.heartbeat.mockRejectedValueOnce(new ApiError(401, 'HTTP_401', 'A hotel wants a login first.'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.heartbeat).toHaveBeenCalledTimes(4)
})

it('remembers how far the user has read, and leaves nothing behind', async () => {
  const {conversation, stream, api} = begin()
  stream.send('message', emptyState({messages: [message('a', 'assistant')]}), 0)
  await frame()
  conversation.close()
  conversation.close()
  expect(stream.closed).toBe(true)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(api.heartbeat).not.toHaveBeenCalled()

  const later = {...message('b', 'assistant'), timestamp: '2026-11-21T14:01:00.000Z'}
  const again = begin()
  again.stream.send('message', emptyState({messages: [message('a', 'assistant'), later]}), 0)
  await frame()
  expect(again.conversation.rows.value.map(({kind}) => kind)).toEqual(['time', 'reply', 'new', 'reply'])
})

it('goes on without being followed where it was left before Janus had opened it again', async () => {
  const {conversation, api, spies} = begin()
  let opened = () => {}
  Object.assign(api, {resume: () => new Promise<void>(resolve => (opened = resolve))})
  const reopening = conversation.reopen()
  conversation.close()
  opened()
  await reopening
  expect(FakeEventSource.all.every(({closed}) => closed)).toBe(true)
  expect(spies.refresh).toHaveBeenCalledOnce()
})

it('knows how long a tool took, and what was thought', async () => {
  const {conversation, stream} = begin()
  stream.send('message', emptyState({messages: [message('t')]}), 0)
  const call = {id: 'c', name: '', kind: 'read', title: 'Read', turn_id: 't'}
  stream.send('thought_delta', {seq: 1, at: AT, turn_id: 't', text: 'Hm'}, 1)
  stream.send('tool_call', {seq: 2, at: AT, status: 'in_progress', ...call}, 2)
  expect(conversation.turns.took('c')).toBeUndefined()
  stream.send('tool_call', {seq: 3, at: '2026-11-21T14:00:01.500Z', status: 'completed', ...call}, 3)
  expect(conversation.turns.took('c')).toBe(1.5)
  expect(conversation.turns.thoughts('t').value).toBe('Hm')
})

const HELD = {message_id: 'b', turn_id: 'b', content: 'later', timestamp: AT, held: true}

it('stops the turn that is shown, and sends what waits only when that is wished', async () => {
  const {conversation, stream, api} = begin()
  stream.send('message', emptyState({status: 'active', is_processing: true, running_turn_id: 't'}), 0)
  await frame()
  api.interrupt.mockResolvedValue(emptyState())
  expect(await conversation.actions.stop()).toBe(true)
  expect(api.interrupt).toHaveBeenLastCalledWith('s', 't', false)
  expect(await conversation.actions.stop(true)).toBe(true)
  expect(api.interrupt).toHaveBeenLastCalledWith('s', 't', true)
})

it('of options that are chosen in a hurry the last one counts, whichever way its request takes', async () => {
  const {conversation, api} = begin()
  const answers: (() => void)[] = []
  const choose = vi.fn((..._: string[]) => new Promise(resolve => answers.push(() => resolve(emptyState()))))
  Object.assign(api, {choose})
  const done = Promise.all([conversation.actions.choose('model', 'wrong'), conversation.actions.choose('model', 'right')])
  await frame()
  expect(choose.mock.calls).toEqual([['s', 'model', 'wrong']])
  answers[0]!()
  await frame()
  answers[1]!()
  expect(await done).toEqual([true, true])
  expect(choose).toHaveBeenLastCalledWith('s', 'model', 'right')
})

it('says why it could not be stopped', async () => {
  const {conversation, stream, api, spies} = begin()
  stream.send('message', emptyState(), 0)
  await frame()
  api.interrupt.mockRejectedValue(new ApiError(0, 'NOT_REACHED', 'Janus cannot be reached.'))
  expect(await conversation.actions.stop()).toBe(false)
  expect(spies.announce).toHaveBeenLastCalledWith('Janus cannot be reached.')
  expect(conversation.notice.text.value).toBe('Janus cannot be reached.')
  await vi.advanceTimersByTimeAsync(6000)
  expect(conversation.notice.text.value).toBe('')
})

it('shows what is held apart, is not busy with it, and answers what is said meanwhile', async () => {
  const {conversation, stream, api} = begin(() => new Promise(() => {}))
  const messages = [message('a'), message('b')]
  const state = emptyState({status: 'waiting', messages, queue: [HELD], queue_held: true})
  stream.send('message', state, 0)
  await frame()
  expect(conversation.busy.value).toBe(false)
  expect(conversation.held.value).toEqual([{id: 'b', text: 'later', accepted: true}])
  expect(conversation.queue.value).toEqual([])
  expect(conversation.rows.value.map(({kind}) => kind)).toEqual(['time', 'prompt'])

  conversation.say('now this')
  await frame()
  expect(conversation.held.value).toHaveLength(1)
  expect(conversation.rows.value.at(-1)).toMatchObject({kind: 'prompt', text: 'now this'})

  api.sendQueue.mockResolvedValue({...state, seq: 1, is_processing: true, queue: [{...HELD, held: false}], queue_held: false})
  expect(await conversation.actions.sendQueue()).toBe(true)
  await frame()
  expect(conversation.held.value).toEqual([])
  expect(conversation.busy.value).toBe(true)
  expect(api.sendQueue).toHaveBeenCalledWith('s')
})

it('discards what is held, and nothing that waits for the running turn', async () => {
  const {conversation, stream, api, spies} = begin()
  const next = {message_id: 'd', turn_id: 'd', content: 'and then', timestamp: AT, held: false}
  const queue = [HELD, {...HELD, message_id: 'c', turn_id: 'c'}, next]
  const messages = [message('a'), message('b'), message('c'), message('d')]
  const state = emptyState({status: 'active', is_processing: true, messages, queue, queue_held: true})
  stream.send('message', state, 0)
  await frame()
  expect(conversation.held.value.map(({id}) => id)).toEqual(['b', 'c'])
  expect(conversation.queue.value.map(({id}) => id)).toEqual(['d'])
  expect(conversation.rows.value.map(({kind}) => kind)).toEqual(['time', 'prompt'])

  api.withdraw.mockResolvedValueOnce({...state, seq: 1}).mockRejectedValueOnce(new Error('It is gone.'))
  expect(await conversation.actions.discardHeld()).toBe(false)
  expect(spies.announce).toHaveBeenLastCalledWith('It is gone.')
  expect(api.withdraw.mock.calls).toEqual([['s', 'b'], ['s', 'c']])

  api.withdraw.mockResolvedValue({...state, seq: 3, queue: [next], queue_held: false})
  expect(await conversation.actions.discardHeld()).toBe(true)
  await frame()
  expect(conversation.held.value).toEqual([])
  expect(conversation.queue.value.map(({id}) => id)).toEqual(['d'])
})

it('is busy while the agent works outside a turn, and shows what it asks then', async () => {
  const {conversation, stream} = begin()
  stream.send('message', emptyState({status: 'active'}), 0)
  stream.send('permission_request', {seq: 1, at: AT, turn_id: null, request_id: 'r', kind: 'question', title: 'Deploy?', options: []}, 1)
  await frame()
  expect(conversation.busy.value).toBe(true)
  expect(conversation.runningTurn.value).toBeNull()
  expect(conversation.permissions.value.map(({title}) => title)).toEqual(['Deploy?'])
})

it('looks at a session that nobody has spoken in without making one', async () => {
  const {conversation, stream, api} = begin()
  // As far as a server goes that knows nothing of it.
  const {agent: _, ...unknown} = emptyState({seq: 0})
  stream.send('message', unknown, 0)
  await frame()
  expect(conversation.opened.value).toBe(true)
  expect(conversation.agent.value).toBe('')
  expect(conversation.rows.value).toEqual([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.heartbeat).not.toHaveBeenCalled()

  FakeEventSource.last.send('user_message', {seq: 1, at: AT, turn_id: 't', content: 'hello', message_id: 'm'}, 1)
  await frame()
  expect(conversation.rows.value.at(-1)).toMatchObject({kind: 'prompt', text: 'hello'})
  await vi.advanceTimersByTimeAsync(30_000)
  expect(api.heartbeat).toHaveBeenCalledOnce()
})

it('shows what waits for another machine apart, until that has it', async () => {
  let accept = () => {}
  const {conversation, api, stream, spies} = begin(() => new Promise<void>(resolve => (accept = resolve)))
  aFleet(spies.fleet)
  fleetHas.s = 'm1'
  stream.send('message', emptyState(), 0)
  await frame()
  let waits: QueuedMessage[] = []
  const state = vi.fn(async () => emptyState({is_processing: waits.length > 0, queue: waits, queue_held: waits.some(it => it.held)}))
  Object.assign(api, {state})
  conversation.say('Push it')
  await frame()
  const id = spies.outbox.entries[0]!.message_id
  waits = [{message_id: id, turn_id: id, content: 'Push it', timestamp: AT, held: false}]
  accept()
  await frame()

  expect(conversation.elsewhere.waiting.value.map(it => it.content)).toEqual(['Push it'])
  expect(conversation.rows.value).toEqual([])
  expect(conversation.busy.value).toBe(false)
  api.withdraw.mockResolvedValue(emptyState({queue: waits.map(it => ({...it, held: true})), queue_held: true}))
  await conversation.actions.withdraw(id)
  expect(conversation.elsewhere.waiting.value.map(it => it.held)).toEqual([true])
  expect(conversation.held.value).toEqual([])

  // It had been accepted already.
  stream.send('user_message', {seq: 1, at: AT, turn_id: 't', content: 'Push it', message_id: id}, 1)
  await frame()
  expect(conversation.elsewhere.waiting.value).toEqual([])
  expect(conversation.rows.value.at(-1)).toMatchObject({text: 'Push it'})
  waits = []
  await vi.advanceTimersByTimeAsync(4000)
  expect(conversation.rows.value.at(-1)).toMatchObject({text: 'Push it'})
  delete fleetHas.s
})

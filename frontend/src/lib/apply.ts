/**
 * The state after an event. It follows the server's table of states, so that text is shown as it
 * grows; every whole state from the server overrides it.
 */

import type {EventBase, Message, State, StatusChange, StreamEvent, ToolCall} from './types'

/** The number of messages in the server's state. */
const NEWEST = 100

/** The state after an event; unchanged if the state already includes it. */
export function apply(state: State, event: StreamEvent): State {
  if (event.data.seq <= state.seq) return state
  return {...changed(state, event), seq: event.data.seq}
}

function changed(state: State, {name, data}: StreamEvent): State {
  switch (name) {
    case 'user_message': {
      const id = data.message_id || turnOf(data)
      return waiting(added(state, data, 'user', id, data.content, data.attachments), data, id)
    }
    case 'system_message': {
      const noted = added(state, data, 'system', data.id, data.content)
      return data.turn_id ? waiting(noted, data, data.id) : noted
    }
    case 'status':
      return statusChanged(state, data)
    case 'assistant_delta': {
      const id = answerId(state, data)
      return answered(state, data, id, was => ({...was, content: was.content + data.text}))
    }
    case 'tool_call': {
      const call = payload(data)
      const same = (known: {id: string}) => known.id === call.id
      const id = (!data.turn_id && outsideWith(state, same)) || answerId(state, data)
      return answered(state, data, id, was => ({...was, tool_calls: put(was.tool_calls, call, same)}))
    }
    case 'assistant_message': {
      const id = answerId(state, data)
      const whole = answered(state, data, id, was => ({...was, content: data.content || was.content}))
      const over = finished({...whole, is_loading: state.is_loading}, data, id, data.stop_reason)
      return {...over, status: statusAfter(state, data, 'waiting')}
    }
    case 'error': {
      const over = finished(state, data, answerId(state, data), 'failed')
      const failed = {...over, status: statusAfter(state, data, 'error')}
      return added(
        {...troubled(failed, true), missing_api_key: data.code === 'AGENT_LOGIN_REQUIRED'},
        data,
        'system',
        `${turnOf(data)}:error`,
        data.message,
      )
    }
    case 'plan':
      return {...state, plan: data.entries}
    case 'permission_request': {
      const asked = payload(data)
      const same = (known: {request_id: string}) => known.request_id === asked.request_id
      return asking({...state, is_loading: false}, put(state.permissions, asked, same))
    }
    case 'permission_resolved':
      return asking(
        state,
        state.permissions.filter(asked => asked.request_id !== data.request_id),
      )
    case 'session_ended':
      return asking(stillProcessing({...state, status: 'stopped', running_turn_id: null}), [])
    case 'thought_delta':
      return state.is_loading ? {...state, is_loading: false} : state
    case 'summary':
      return {...state, summary: {content: data.content, by_agent: data.by_agent}}
    default:
      // An event of a newer Janus changes nothing; one in the types that is not handled does not compile.
      name satisfies never
      return state
  }
}

function statusChanged(state: State, data: EventBase & StatusChange): State {
  const turn = turnOf(data)
  let next: State = {
    ...state,
    status: data.status ?? state.status,
    is_loading: data.loading ?? state.is_loading,
    options: data.options ?? state.options,
    commands: data.commands ?? state.commands,
    usage: data.usage ?? state.usage,
    session: data.session ? {...data.session, ...(state.session?.title && {title: state.session.title})} : state.session,
  }
  if (data.title !== undefined && next.session) next.session = {...next.session, title: data.title}
  if (data.session) next.agent = {...state.agent, name: data.session.agent}
  const {queue_held: held} = data
  if (held !== undefined) next = stillProcessing(withQueue(next, next.queue.map(queued => ({...queued, held}))))
  // The agent is gone, and its questions with it.
  if (data.status === 'idle' || data.status === 'error') next = {...next, permissions: []}
  if (data.status === 'idle') next = {...next, is_loading: false}
  let trouble = inTrouble(state) || data.status === 'error'
  if (data.conversation_id !== undefined) {
    trouble = false
    next.is_loading = false
  }
  if (data.turn === 'started') {
    trouble = false
    next = {...withoutWaiting(next, turn), running_turn_id: turn, is_processing: true, is_loading: true}
  } else if (data.turn === 'withdrawn') {
    const messages = next.messages.filter(said => said.sender !== 'user' || said.turn_id !== turn)
    const total_messages = next.total_messages - (next.messages.length - messages.length)
    next = stillProcessing(withoutWaiting({...next, messages, total_messages}, turn))
  }
  return troubled(next, trouble)
}

/** The id of the message an agent's event belongs to: the answer to its turn, or a message outside turns. */
function answerId(state: State, data: EventBase): string {
  if (data.turn_id) return `${data.turn_id}:answer`
  const last = state.messages.at(-1)
  return last && isOutside(last) ? last.id : `${data.seq}:said`
}

/** The id of the message outside turns that has such a call. */
function outsideWith(state: State, same: (call: ToolCall) => boolean): string | undefined {
  return state.messages.findLast(message => isOutside(message) && message.tool_calls.some(same))?.id
}

function isOutside({sender, turn_id}: Message): boolean {
  return sender === 'assistant' && turn_id === null
}

/** The state with this answer changed; created if it is not there yet. */
function answered(state: State, data: EventBase, id: string, change: (was: Message) => Message): State {
  const known = state.messages.some(message => message.id === id)
  const there = known ? state : added(state, data, 'assistant', id, '')
  const messages = there.messages.map(message => (message.id === id ? change(message) : message))
  return {...there, messages, is_loading: false}
}

/** The status after the end of a turn; unchanged if another one is running. */
function statusAfter({status, running_turn_id: turn}: State, data: EventBase, after: State['status']): State['status'] {
  return turn && turn !== data.turn_id ? status : after
}

/** The state after an answer is complete: none of its calls is running, none of its questions open. */
function finished(state: State, data: EventBase, id: string, reason: string | null): State {
  const turn = data.turn_id ?? null
  const messages = state.messages.map(message =>
    message.id === id ? {...message, is_streaming: false, stop_reason: reason, tool_calls: settled(message.tool_calls, reason)} : message,
  )
  const over = {
    ...state,
    messages,
    summary: null,
    permissions: turn ? state.permissions.filter(asked => asked.turn_id !== turn) : state.permissions,
    running_turn_id: state.running_turn_id === turn ? null : state.running_turn_id,
    is_loading: state.running_turn_id && state.running_turn_id !== turn ? state.is_loading : false,
  }
  return asking(stillProcessing(withoutWaiting(over, turnOf(data))), over.permissions)
}

function settled(calls: readonly ToolCall[], reason: string | null): ToolCall[] {
  const status = reason === 'failed' ? 'failed' : 'cancelled'
  return calls.map(call => (call.status === 'in_progress' ? {...call, status} : call))
}

function added(
  state: State,
  data: EventBase,
  sender: Message['sender'],
  id: string,
  content: string,
  attachments?: Message['attachments'],
): State {
  const message: Message = {
    id,
    sender,
    content,
    timestamp: data.at,
    // Late words, and those outside turns, have no end that would be sent.
    is_streaming: sender === 'assistant' && Boolean(data.turn_id) && data.turn_id === state.running_turn_id,
    turn_id: data.turn_id ?? null,
    stop_reason: null,
    tool_calls: [],
    ...(attachments && {attachments}),
  }
  const messages = put(state.messages, message, known => known.id === id && known.sender === sender)
  return {
    ...state,
    summary: sender === 'assistant' ? state.summary : null,
    messages: messages.slice(-NEWEST),
    total_messages: state.total_messages + 1,
  }
}

function waiting(state: State, data: EventBase & {content: string}, id: string): State {
  const queued = {message_id: id, turn_id: turnOf(data), content: data.content, timestamp: data.at, held: false}
  const queue = put(state.queue, queued, known => known.turn_id === queued.turn_id)
  return {...withQueue(state, queue), is_processing: true}
}

function withoutWaiting(state: State, turn: string): State {
  return withQueue(state, state.queue.filter(queued => queued.turn_id !== turn))
}

function withQueue(state: State, queue: State['queue']): State {
  return {...state, queue, queue_held: queue.some(({held}) => held)}
}

/** Update `is_processing`; held messages do not count, they wait for the user. */
function stillProcessing(state: State): State {
  const waits = state.queue.some(({held}) => !held)
  return {...state, is_processing: waits || Boolean(state.running_turn_id)}
}

/** Whether the agent has failed; an open question hides that in `attention`. */
function inTrouble(state: State): boolean {
  return state.attention === 'error' || state.missing_api_key || state.status === 'error'
}

function troubled(state: State, trouble: boolean): State {
  const kinds = state.permissions.map(asked => asked.kind)
  const missing_api_key = trouble && state.missing_api_key
  if (kinds.includes('permission')) return {...state, missing_api_key, attention: 'permission'}
  if (kinds.length) return {...state, missing_api_key, attention: 'question'}
  return {...state, missing_api_key, attention: trouble ? 'error' : null}
}

function asking(state: State, permissions: State['permissions']): State {
  return troubled({...state, permissions}, inTrouble(state))
}

/** The data of an event without what all events have in common. */
function payload<T extends EventBase>(data: T): Omit<T, 'seq' | 'at'> {
  const {seq: _seq, at: _at, ...rest} = data
  return rest
}

function put<T>(items: readonly T[], item: T, same: (known: T) => boolean): T[] {
  return items.some(same)
    ? items.map(known => (same(known) ? item : known))
    : [...items, item]
}

function turnOf(data: EventBase): string {
  return data.turn_id ?? ''
}

/**
 * The state after an event. It follows the server's own table of states, so that text is shown as
 * it grows; every whole state that comes from the server overrules it.
 */

import type {EventBase, Message, State, StatusChange, StreamEvent} from './types'

/** As many messages as the server's state has. */
const NEWEST = 100

/** The state after an event; the same state if it has that event already. */
export function apply(state: State, event: StreamEvent): State {
  if (event.data.seq <= state.seq) return state
  return {...changed(state, event), seq: event.data.seq}
}

function changed(state: State, {name, data}: StreamEvent): State {
  switch (name) {
    case 'user_message': {
      const id = data.message_id || turnOf(data)
      return waiting(added(state, data, 'user', id, data.content), data, id)
    }
    case 'system_message': {
      const noted = added(state, data, 'system', data.id, data.content)
      return data.turn_id ? waiting(noted, data, data.id) : noted
    }
    case 'status':
      return statusChanged(state, data)
    case 'assistant_delta':
      if (!data.turn_id) return state
      return answered(state, data, was => ({...was, content: was.content + data.text}))
    case 'tool_call': {
      if (!data.turn_id) return state
      const call = payload(data)
      return answered(state, data, was => ({
        ...was,
        tool_calls: put(was.tool_calls, call, known => known.id === call.id),
      }))
    }
    case 'assistant_message': {
      const whole = answered(state, data, was => ({...was, content: data.content || was.content}))
      return {...finished(whole, turnOf(data)), status: 'waiting'}
    }
    case 'error': {
      const over = finished(state, turnOf(data))
      const failed = {...over, status: 'error' as const}
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
      return asking(state, put(state.permissions, asked, same))
    }
    case 'permission_resolved':
      return asking(
        state,
        state.permissions.filter(asked => asked.request_id !== data.request_id),
      )
    case 'session_ended':
      return {...state, status: 'stopped'}
    case 'thought_delta':
    case 'summary':
      return state
    default:
      // An event of a newer Janus changes nothing; one of this Janus does not compile until here.
      name satisfies never
      return state
  }
}

function statusChanged(state: State, data: EventBase & StatusChange): State {
  const turn = turnOf(data)
  let next: State = {
    ...state,
    status: data.status,
    is_loading: data.loading ?? state.is_loading,
    options: data.options ?? state.options,
  }
  if (data.status === 'idle') {
    // The agent is gone, and what it asked with it.
    next = {...next, permissions: [], is_loading: false}
  }
  let trouble = inTrouble(state) || data.status === 'error'
  if (data.conversation_id !== undefined) {
    trouble = false
    next.is_loading = false
  }
  if (data.turn === 'started') {
    trouble = false
    next = {...withoutWaiting(next, turn), is_processing: true, is_loading: true}
  } else if (data.turn === 'withdrawn') {
    const messages = next.messages.filter(said => said.sender !== 'user' || said.turn_id !== turn)
    const total_messages = next.total_messages - (next.messages.length - messages.length)
    next = stillProcessing(withoutWaiting({...next, messages, total_messages}, turn))
  }
  return troubled(next, trouble)
}

/** The state with the answer to the event's turn changed; it is made if it is not there yet. */
function answered(state: State, data: EventBase, change: (was: Message) => Message): State {
  const id = `${turnOf(data)}:answer`
  const known = state.messages.some(message => message.id === id)
  const there = known ? state : added(state, data, 'assistant', id, '')
  const messages = there.messages.map(message => (message.id === id ? change(message) : message))
  return {...there, messages, is_loading: false}
}

function finished(state: State, turn: string): State {
  const id = `${turn}:answer`
  const messages = state.messages.map(message =>
    message.id === id && message.is_streaming ? {...message, is_streaming: false} : message,
  )
  const over = withoutWaiting({...state, messages, is_loading: false}, turn)
  return stillProcessing(over, turn)
}

function added(
  state: State,
  data: EventBase,
  sender: Message['sender'],
  id: string,
  content: string,
): State {
  const message: Message = {
    id,
    sender,
    content,
    timestamp: data.at,
    is_streaming: sender === 'assistant',
    turn_id: data.turn_id ?? null,
    tool_calls: [],
  }
  const messages = put(state.messages, message, known => known.id === id && known.sender === sender)
  return {
    ...state,
    messages: messages.slice(-NEWEST),
    total_messages: state.total_messages + 1,
  }
}

function waiting(state: State, data: EventBase & {content: string}, id: string): State {
  const queued = {
    message_id: id,
    turn_id: turnOf(data),
    content: data.content,
    timestamp: data.at,
  }
  const queue = put(state.queue, queued, known => known.turn_id === queued.turn_id)
  return {...state, queue, is_processing: true}
}

function withoutWaiting(state: State, turn: string): State {
  return {...state, queue: state.queue.filter(queued => queued.turn_id !== turn)}
}

/** A turn that is neither waiting nor over is running, other than the one that is *over* now. */
function stillProcessing(state: State, over?: string): State {
  const done = new Set<string | null>([over ?? null, null])
  for (const {id, turn_id, is_streaming} of state.messages) {
    if ((id === `${turn_id}:answer` && !is_streaming) || id === `${turn_id}:error`) {
      done.add(turn_id)
    }
  }
  const running = state.messages.some(message => !done.has(message.turn_id))
  return {...state, is_processing: state.queue.length > 0 || running}
}

/** Whether the agent failed, which an open question hides from `attention`. */
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

/** What an event tells, without what every event has. */
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

import type {Fleet} from '../src/app/fleet'
import type {Machine, Message, State} from '../src/lib/types'

/** The state of a session in which nothing was said. */
export function emptyState(changes: Partial<State> = {}): State {
  return {
    session_id: 's',
    seq: 0,
    status: 'idle',
    attention: null,
    is_processing: false,
    is_loading: false,
    missing_api_key: false,
    messages: [],
    total_messages: 0,
    plan: [],
    permissions: [],
    running_turn_id: null,
    queue: [],
    queue_held: false,
    scheduled: [],
    limit_resets_at: null,
    options: [],
    summary: null,
    told: null,
    commands: [],
    usage: null,
    session: null,
    left_out: 0,
    agent: {name: 'demo', asks: true},
    ...changes,
  }
}

/** Have a doorway `home` know of a laptop `m1`, which sleeps unless it is said otherwise. */
export function aFleet(fleet: Fleet, changes: Partial<Machine> = {}): void {
  const laptop: Machine = {
    machine_id: 'm1', name: 'laptop', scope: 'full', joined_at: '2026-11-01T08:00:00.000Z', online: false, asleep_since: '2026-11-21T14:02:00.000Z',
    version: '1.2', agents: [], load: 0.42, open_sessions: 3, problem: null, ...changes,
  }
  localStorage.setItem('janus.fleet', JSON.stringify({machine_id: 'm0', name: 'home', doorways: [], machines: [laptop], problem: null}))
  fleet.forget()
  fleet.recall()
}

/** An answer that is complete, unless it is said otherwise. */
export function reply(changes: Partial<Message> = {}): Message {
  return {
    id: 't:answer',
    sender: 'assistant',
    content: 'Done.',
    timestamp: '2026-11-21T14:00:00.000Z',
    is_streaming: false,
    turn_id: 't',
    stop_reason: 'end_turn',
    tool_calls: [],
    ...changes,
  }
}

/** An EventSource in the hands of a test; `FakeEventSource.all` has every one there was. */
export class FakeEventSource {
  static all: FakeEventSource[] = []

  static get last(): FakeEventSource {
    const last = FakeEventSource.all.at(-1)
    if (!last) throw new Error('no EventSource was opened')
    return last
  }

  onopen: ((event: Event) => void) | null = null
  onmessage: ((event: MessageEvent) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  closed = false
  readonly arguments: unknown[]
  readonly #listeners = new Map<string, ((event: MessageEvent) => void)[]>()

  constructor(...given: unknown[]) {
    this.arguments = given
    FakeEventSource.all.push(this)
  }

  get url(): string {
    return String(this.arguments[0])
  }

  addEventListener(name: string, listener: (event: MessageEvent) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener])
  }

  close(): void {
    this.closed = true
  }

  open(): void {
    this.onopen?.(new Event('open'))
  }

  fail(): void {
    this.onerror?.(new Event('error'))
  }

  /** What a browser does with `id:`, `event:` and `data:`. */
  send(name: string, data: unknown, id?: number): void {
    this.sendText(name, JSON.stringify(data), id === undefined ? '' : String(id))
  }

  sendText(name: string, data: string, lastEventId = ''): void {
    const event = new MessageEvent(name, {data, lastEventId})
    if (name === 'message') this.onmessage?.(event)
    if (name === 'error') this.onerror?.(event)
    for (const listener of this.#listeners.get(name) ?? []) listener(event)
  }
}

/** A JSON answer, or with an `error` in the shape of Janus' failures. */
export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {'Content-Type': 'application/json', ...headers},
  })
}

export function refusal(status: number, code: string, details: object = {}): Response {
  return answer({error: {code, message: `${code}, in words`, ...details}}, status)
}

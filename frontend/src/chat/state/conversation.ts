/**
 * One session as signals: what was said, what is going on, what the agent asks.
 *
 *     stream ──> LiveState ──once a frame──> state ──> rows, permissions, plan, …
 *                                              └─────> a cell for each message
 *     outbox ──────────────────────────────────────> rows
 *
 * A token changes one cell and nothing else, so that only the message that grows is drawn again.
 */

import {batch, computed, signal, type ReadonlySignal, type Signal} from '@preact/signals'

import type {App} from '../../app/app'
import {ChatManager} from '../../lib/chat-manager'
import {LiveState} from '../../lib/live-state'
import type {Message, State, StreamItem} from '../../lib/types'
import {words} from '../strings'
import {Actions} from './actions'
import {Cells} from './cells'
import {Connection} from './connection'
import {earlierMessages} from './earlier'
import {heartbeat} from './heartbeat'
import {Notice} from './notice'
import {Outgoing} from './outgoing'
import {ReadPosition} from './read-position'
import {rowsOf, type Row} from './rows'
import {listen, onNextFrame} from './timers'
import {Turns} from './turns'
import {acceptedOf, unsentOf, type Waiting} from './waiting'

const NONE: never[] = []

export class Conversation {
  readonly state = signal<State | undefined>(undefined)
  /** In the order in which they are drawn. */
  readonly rows: ReadonlySignal<Row[]>
  readonly opened = computed(() => this.state.value !== undefined)
  readonly permissions = computed(() => this.state.value?.permissions ?? NONE)
  readonly plan = computed(() => this.state.value?.plan ?? NONE)
  readonly options = computed(() => this.state.value?.options ?? NONE)
  readonly agent = computed(() => this.state.value?.agent?.name ?? '')
  /** The agent is working. */
  readonly working = computed(() => this.state.value?.status === 'active')
  /** A turn is running or about to, or the agent works by itself: there is something to stop. */
  readonly busy = computed(() => this.working.value || Boolean(this.state.value?.is_processing))
  readonly runningTurn = computed(() => this.state.value?.running_turn_id ?? null)
  /** The last message is the agent's, and nothing is going on. */
  readonly answered = computed(() => {
    const {messages = NONE, permissions = NONE} = this.state.value ?? {}
    return messages.at(-1)?.sender === 'assistant' && !this.busy.value && !permissions.length
  })
  readonly ended = computed(() => this.state.value?.status === 'stopped')
  readonly loginNeeded = computed(() => this.state.value?.missing_api_key ?? false)
  /** Messages that are not sent until the user says so. */
  readonly held: ReadonlySignal<Waiting[]>
  /** Messages that wait for the running turn to end: accepted ones, and those on their way. */
  readonly queue: ReadonlySignal<Waiting[]>
  /** How many messages there are before the first one shown. */
  readonly more = computed(() => {
    const {total_messages: total = 0, messages = NONE} = this.state.value ?? {}
    return Math.max(0, total - messages.length - this.#cells.earlier.value.length)
  })
  readonly connection = new Connection()
  readonly turns = new Turns()
  /** The summary of a session that has ended. */
  readonly summary = signal('')
  readonly notice: Notice
  readonly actions: Actions
  /** When the user was here last, in milliseconds; 0 if never. */
  readonly lastHere: number

  readonly #app: App
  readonly #live = new LiveState()
  readonly #manager: ChatManager
  readonly #cells = new Cells()
  readonly #outgoing: Outgoing
  readonly #read: ReadPosition
  readonly #endings: (() => void)[] = []
  #frame: (() => void) | undefined

  constructor(app: App, readonly sessionId: string) {
    this.#app = app
    this.notice = new Notice(sentence => app.announce(sentence))
    this.actions = new Actions({
      app,
      sessionId,
      state: this.state,
      notice: this.notice,
      onState: state => this.#offer(state),
    })
    this.#outgoing = new Outgoing(app.outbox, sessionId)
    this.#read = new ReadPosition(sessionId)
    this.lastHere = this.#read.lastHere
    const {seenUntil} = this.#read
    // Computed apart: a token makes a new state, but not a new queue.
    const waiting = computed(() => this.state.value?.queue ?? NONE)
    const queued = computed(() => new Set(waiting.value.map(message => message.message_id)))
    this.held = computed(() => acceptedOf(waiting.value.filter(({held}) => held)))
    this.queue = computed(() => {
      // While nothing is running, new messages are answered at once.
      if (!this.working.value) return NONE
      const accepted = acceptedOf(waiting.value.filter(({held}) => !held))
      return [...accepted, ...unsentOf(this.#outgoing.entries.value, this.#cells.all.value)]
    })
    const apart = computed(() => new Set([...this.held.value, ...this.queue.value].map(({id}) => id)))
    this.rows = computed(() =>
      rowsOf({
        messages: this.#cells.all.value,
        entries: this.#outgoing.entries.value,
        queued: queued.value,
        apart: apart.value,
        seenUntil,
      }),
    )
    this.#manager = new ChatManager(
      {sessionId, probe: true, headers: app.headers},
      {
        onEvent: (...item) => this.#receive(item),
        onConnectionChange: connected => this.connection.changed(connected),
        onError: error => this.#failed(error),
      },
    )
    this.#begin()
  }

  /** The message of a row, as a signal. */
  cell(key: string): Signal<Message> | undefined {
    return this.#cells.of(key)
  }

  say(text: string): void {
    void this.#app.outbox.add({sessionId: this.sessionId, text})
  }

  /** The user's message of a turn; empty if unknown. */
  promptOf(turn: string | null): string {
    const found = this.#cells.all.peek().findLast(m => m.sender === 'user' && m.turn_id === turn)
    return turn ? (found?.content ?? '') : ''
  }

  /** Open an ended session again. */
  async reopen(): Promise<void> {
    await this.#app.api.resume(this.sessionId)
    this.summary.value = ''
    this.#app.refresh()
    this.#manager.disconnect()
    this.#manager.connect()
  }

  /** Load and show earlier messages; *ready* is called right before they are shown. */
  async loadEarlier(ready: () => void): Promise<void> {
    const newest = this.state.peek()?.messages ?? NONE
    const before = await earlierMessages(this.#app.api, this.sessionId, newest, this.#cells.earlier.peek())
    ready()
    this.#cells.showEarlier(before)
  }

  /** May be called twice. */
  close(): void {
    this.#rememberPosition()
    this.#manager.disconnect()
    this.connection.close()
    this.#frame?.()
    this.notice.close()
    for (const end of this.#endings.splice(0)) end()
  }

  #begin(): void {
    this.#endings.push(
      () => this.#outgoing.close(),
      heartbeat(
        () => this.#exists() && !this.ended.peek() && !this.#app.readOnly.peek(),
        () => this.#app.api.heartbeat(this.sessionId).catch((error: Error) => this.#failed(error)),
      ),
      listen(document, 'visibilitychange', () => this.#rememberPosition()),
      listen(window, 'pagehide', () => this.#rememberPosition()),
    )
    this.connection.onBack = () => this.notice.show(words.connected)
    this.#manager.connect()
  }

  #receive(item: StreamItem): void {
    this.#live.receive(...item)
    const [name, data] = item
    this.turns.receive(...item)
    this.#outgoing.receive(...item)
    if (name === 'summary') this.summary.value = data.content
    if (name === 'permission_resolved' && !this.actions.wasAnsweredHere(data.request_id)) {
      this.notice.show(data.outcome === 'cancelled' ? words.noLonger : words.elsewhere)
    }
    if (name === 'status' && data.detail && (data.status ?? 'active') === 'active') this.notice.show(data.detail)
    this.#drawSoon()
  }

  #drawSoon(): void {
    this.#frame ??= onNextFrame(() => {
      this.#frame = undefined
      this.#draw()
    })
  }

  #draw(): void {
    const state = this.#live.current
    if (!state || state === this.state.peek()) return
    batch(() => {
      this.#cells.show(state.messages)
      this.state.value = state
      this.#outgoing.drawn()
    })
  }

  /** Viewing an unknown id creates no session: then there is nothing to keep alive. */
  #exists(): boolean {
    return (this.state.peek()?.seq ?? 0) > 0
  }

  #offer(state: State): void {
    this.#live.offer(state)
    this.#drawSoon()
  }

  #failed({status}: Error & {status?: number}): void {
    if (status === 401) this.#app.unauthorized()
  }

  #rememberPosition(): void {
    const newest = this.#cells.all.peek().at(-1)
    if (newest) this.#read.until(Date.parse(newest.timestamp))
  }
}

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
import {base} from '../../lib/base'
import {SharedSource} from '../../lib/shared-source'
import type {Attachment, Message, State, StreamItem} from '../../lib/types'
import {words} from '../strings'
import {Actions} from './actions'
import {Cells} from './cells'
import {heartbeat} from './heartbeat'
import {Notice} from './notice'
import {Outgoing} from './outgoing'
import {LastSeen} from './last-seen'
import {rowKey, rowsOf, type Row} from './rows'
import {eachFrame, listen} from './timers'
import {Turns} from './turns'
import {WordsElsewhere} from './words-elsewhere'
import {acceptedOf, queueOf, type Waiting} from './waiting'

const NONE: never[] = []

/** How many earlier messages are fetched at a time; more while one of them is looked for. */
const [PART, MANY] = [50, 200]

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
  /** The newest message; empty if there is none. */
  readonly newest = computed(() => this.state.value?.messages.at(-1)?.id ?? '')
  readonly ended = computed(() => this.state.value?.status === 'stopped')
  readonly loginNeeded = computed(() => this.state.value?.missing_api_key ?? false)
  /** Messages that are not sent until the user says so. */
  readonly held: ReadonlySignal<Waiting[]>
  /** Messages that wait for the running turn to end: accepted ones, and those on their way. */
  readonly queue: ReadonlySignal<Waiting[]>
  readonly elsewhere: WordsElsewhere
  /** How many messages there are before the first one shown. */
  readonly more = computed(() => {
    const {total_messages: total = 0, messages = NONE} = this.state.value ?? {}
    if (this.#complete.value) return 0
    return Math.max(0, total - messages.length - this.#cells.earlier.value.length)
  })
  readonly turns = new Turns()
  readonly summary = computed(() => this.state.value?.summary?.content ?? '')
  readonly notice: Notice
  readonly actions: Actions
  /** When the user was here last, in milliseconds; 0 if never. */
  readonly lastHere: number
  /** When what is shown was told by Janus, in milliseconds. */
  heardAt = 0
  /** Nobody looks at it any more. */
  closed = false

  readonly #app: App
  readonly #live = new LiveState()
  readonly #manager: ChatManager
  readonly #cells = new Cells()
  /** The first message of all is shown. */
  readonly #complete = signal(false)
  readonly #outgoing: Outgoing
  readonly #seen: LastSeen
  readonly #endings: (() => void)[] = []
  readonly #drawing = eachFrame(() => this.#draw())

  constructor(app: App, readonly sessionId: string) {
    this.#app = app
    this.notice = new Notice(sentence => app.announce(sentence))
    this.actions = new Actions({app, sessionId, state: this.state, notice: this.notice, onState: state => this.#offer(state)})
    this.elsewhere = new WordsElsewhere(async () => app.fleet.of(sessionId) && app.api.state(sessionId), this.#cells.all)
    this.#outgoing = new Outgoing(app.outbox, sessionId, () => this.#reconnect(), () => void this.elsewhere.look().then(ids => this.#outgoing.waits(ids)))
    this.#seen = new LastSeen(app, sessionId)
    this.lastHere = this.#seen.lastHere
    const {seenUntil} = this.#seen
    // Computed apart: a token makes a new state, but not a new queue.
    const waiting = computed(() => this.state.value?.queue ?? NONE)
    const queued = computed(() => new Set(waiting.value.map(message => message.message_id)))
    this.held = computed(() => acceptedOf(waiting.value.filter(({held}) => held)))
    // While nothing is running, new messages are answered at once.
    this.queue = computed(() => this.working.value ? queueOf(waiting.value, this.#outgoing.entries.value, this.#cells.all.value) : NONE)
    const apart = computed(() => new Set([...this.held.value, ...this.queue.value, ...acceptedOf(this.elsewhere.waiting.value)].map(({id}) => id)))
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
      {
        backendUrl: base,
        sessionId,
        link: app.connection.link,
        headers: app.headers,
        // A phone in the pocket goes on reading aloud.
        eventSource: url => new SharedSource(url, {stays: () => app.preferences.readAloud.peek()}),
      },
      {
        onEvent: (...item) => this.#receive(item),
        onConnectionChange: connected => app.connection.hears(connected),
      },
    )
    this.#begin()
  }

  /** The message of a row, as a signal. */
  cell(key: string): Signal<Message> | undefined {
    return this.#cells.of(key)
  }

  say(text: string, voice = false, attachments: readonly Attachment[] = []): void {
    void this.#app.outbox.add({sessionId: this.sessionId, text, ...(voice && {voice}), ...(attachments.length && {attachments})})
  }

  /** The user's message of a turn; empty if unknown. */
  promptOf(turn: string | null): string {
    const found = this.#cells.all.peek().findLast(m => m.sender === 'user' && m.turn_id === turn)
    return turn ? (found?.content ?? '') : ''
  }

  /** Open an ended session again. */
  async reopen(): Promise<void> {
    await this.#app.api.resume(this.sessionId)
    this.#app.refresh()
    this.#reconnect()
  }

  /** Load and show earlier messages; *ready* is called right before they are shown. */
  async loadEarlier(ready: () => void, most = PART): Promise<void> {
    const first = this.#cells.all.peek()[0]
    if (!first) return
    const {messages, next} = await this.#app.api.messages(this.sessionId, first.id, most)
    ready()
    this.#cells.showEarlier(messages)
    this.#complete.value = !next
  }

  /** The key of the row of a message, loaded if need be; undefined if there is none. */
  async find(id: string): Promise<string | undefined> {
    const found = () => this.#cells.all.peek().find(message => message.id === id)
    while (!found() && this.more.peek()) await this.loadEarlier(() => {}, MANY)
    return found() && rowKey(found()!)
  }

  /** May be called twice. */
  close(): void {
    this.closed = true
    this.#leave()
    this.#manager.disconnect()
    this.#app.connection.hears(true)
    this.#drawing.end()
    this.notice.close()
    for (const end of this.#endings.splice(0)) end()
  }

  #reconnect(): void {
    if (this.closed) return
    this.#manager.disconnect()
    this.#manager.connect()
  }

  #begin(): void {
    this.#endings.push(
      () => this.#outgoing.close(),
      () => this.elsewhere.close(),
      heartbeat(
        // Viewing an unknown id creates no session: then there is nothing to keep alive.
        () => Boolean(this.state.peek()?.seq) && !this.ended.peek() && !this.#app.readOnly.peek(),
        () => this.#app.api.heartbeat(this.sessionId).catch(() => {}),
      ),
      listen(document, 'visibilitychange', this.#leave),
      listen(window, 'pagehide', this.#leave),
      this.#app.connection.whenBack(() => this.notice.show(words.connected)),
    )
    this.#manager.connect()
    void this.#recall()
    void this.#app.firstState(this.sessionId).then(state => state && this.#offer(state))
  }

  #receive(given: StreamItem): void {
    this.heardAt = Date.now()
    const item: StreamItem = given[0] === 'message' ? [given[0], this.elsewhere.without(given[1]), given[2]] : given
    this.#live.receive(...item)
    const [name, data] = item
    this.turns.receive(...item)
    this.#outgoing.receive(...item)
    if (name === 'session_ended') this.#app.refresh()
    if (name === 'permission_resolved' && !this.actions.wasAnsweredHere(data.request_id)) {
      this.notice.show(data.outcome === 'cancelled' ? words.noLonger : words.elsewhere)
    }
    if (name === 'status' && data.detail && (data.status ?? 'active') === 'active') this.notice.show(data.detail)
    this.#drawing.soon()
  }

  #draw(): void {
    const state = this.#live.current
    if (!state || state === this.state.peek()) return
    batch(() => {
      this.#cells.show(state.messages)
      this.state.value = state
      this.#outgoing.drawn()
    })
    this.#seen.sees(state)
  }

  #offer(state: State): void {
    this.#live.offer(this.elsewhere.without(state))
    this.#drawing.soon()
  }

  readonly #leave = () => this.#seen.leave(this.#cells.all.peek().at(-1)?.timestamp)

  /** Until Janus is heard: what there was at the last visit. */
  async #recall(): Promise<void> {
    const kept = await this.#seen.recall()
    if (!kept || this.state.peek()) return
    this.heardAt = kept.at
    this.#cells.show(kept.state.messages)
    this.state.value = kept.state
  }
}

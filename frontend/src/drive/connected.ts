import {effect} from '@preact/signals'

import type {App} from '../app/app'
import {lineOf} from '../chat/messages/tools'
import {Conversation} from '../chat/state/conversation'
import {stopLine} from '../chat/strings'
import {newId} from '../lib/id'
import type {SessionInfo, ToolCall} from '../lib/types'
import {sayCode, sayIdentifier, sayNames} from '../text/spoken-words'
import type {Janus, TakenBack, View} from './janus'

/** Words of a name, and characters of a step, that are said. */
const NAME = 8
const STEP = 60

/** The Janus of this page, one session at a time. */
export class Connected implements Janus {
  readonly stopLine = stopLine
  readonly #app: App
  readonly #onView: (view: View) => void
  #conversation: Conversation | undefined
  #end = () => {}

  constructor(app: App, onView: (view: View) => void) {
    this.#app = app
    this.#onView = onView
  }

  get readOnly(): boolean {
    return this.#app.readOnly.peek()
  }

  sessions(): readonly SessionInfo[] {
    return this.#app.sessions.peek()
  }

  projects() {
    return this.#app.projects.peek()
  }

  nameOf = (session: SessionInfo): string => {
    const title = this.#app.titleOf(session).trim()
    const said = /\s/.test(title) ? sayNames(title) : sayIdentifier(title)
    return said.split(/\s+/).slice(0, NAME).join(' ')
  }

  stepOf({title, ...call}: ToolCall): string {
    const {target} = lineOf({title, ...call})
    const said = sayCode(target.split('\n')[0]!)
    return said.length > STEP ? '' : said
  }

  connected(): boolean {
    return this.#app.connection.reached.peek() && !this.#app.connection.lost.peek()
  }

  open(sessionId: string): void {
    this.close()
    const conversation = (this.#conversation = new Conversation(this.#app, sessionId))
    const since = Date.now()
    this.#end = effect(() => {
      const state = conversation.state.value
      const connected = !this.#app.connection.lost.value
      const busy = conversation.busy.value
      // What there was at the last visit is not news, and what is new since then is not known yet.
      if (!state || conversation.heardAt < since) return
      const {messages, permissions} = state
      this.#onView({messages, busy, asked: permissions[0], connected})
    })
  }

  send(sessionId: string, text: string, id?: string): Promise<string> {
    return this.#app.outbox.add({sessionId, text, voice: true, ...(id && {message_id: id})}).then(({message_id}) => message_id)
  }

  begin(projectId: string, text: string) {
    const sessionId = newId()
    const start = {session_id: sessionId, ...(projectId && {project_id: projectId})}
    const sent = this.#app.outbox.add({sessionId, text, start, voice: true}).then(({message_id}) => message_id)
    return {sessionId, sent}
  }

  async takeBack(messageId: string): Promise<TakenBack> {
    const {actions, state} = this.#conversation!
    if (await actions.withdraw(messageId)) return 'taken'
    // Nobody waits for the answer to what was misheard.
    const turn = state.peek()?.messages.find(({id}) => id === messageId)?.turn_id
    return turn && turn === state.peek()?.running_turn_id && (await actions.stop()) ? 'stopped' : 'late'
  }

  async stop(): Promise<void> {
    await this.#app.api.interrupt(this.#conversation!.sessionId)
  }

  readOut: Janus['readOut'] = (...request) => this.#app.api.spoken.readOut(...request)
  answer: Janus['answer'] = (...request) => this.#app.api.spoken.answer(...request)
  digest: Janus['digest'] = () => this.#app.api.spoken.digest()

  async end(sessionId: string) {
    const ended = await this.#app.api.end(sessionId)
    this.#app.refresh()
    return ended
  }

  /** May be called twice. */
  close(): void {
    this.#end()
    this.#end = () => {}
    this.#conversation?.close()
    this.#conversation = undefined
  }
}

import type {ReadonlySignal} from '@preact/signals'

import type {App} from '../../app/app'
import {newId} from '../../lib/id'
import type {Answers, ScheduleBody, ScheduledMessage, State} from '../../lib/types'
import {reasonOf} from '../strings'
import type {Notice} from './notice'

interface Surroundings {
  app: Pick<App, 'api' | 'outbox'>
  sessionId: string
  /** The state shown: actions refer to it, whatever has happened since. */
  state: ReadonlySignal<State | undefined>
  notice: Notice
  /** Called with the state that Janus answers with. */
  onState: (state: State) => void
}

/**
 * What the user can do in a session besides sending messages. Each action is one request; those
 * that resolve to a boolean show a notice when they fail.
 */
export class Actions {
  readonly #around: Surroundings
  /** The questions that are being answered from this page. */
  readonly #answering = new Set<string>()
  /** Options are set one after the other: what was chosen last counts, whichever way its request takes. */
  #chosen: Promise<unknown> = Promise.resolve()

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Stop the turn shown as running. The queue is held, or sent at once with *sendQueue*. */
  stop(sendQueue = false): Promise<boolean> {
    const {app, sessionId, state} = this.#around
    return this.#attempt(app.api.interrupt(sessionId, state.peek()?.running_turn_id ?? undefined, sendQueue))
  }

  /** Send the held messages. */
  sendQueue(): Promise<boolean> {
    return this.#attempt(this.#around.app.api.sendQueue(this.#around.sessionId))
  }

  /** Discard the held messages, each by its id: others may wait by now that nobody meant to discard. */
  async discardHeld(): Promise<boolean> {
    const {app, sessionId, state} = this.#around
    const held = state.peek()?.queue.filter(message => message.held) ?? []
    const done = await Promise.all(held.map(({message_id: id}) => this.#attempt(app.api.withdraw(sessionId, id))))
    return done.every(Boolean)
  }

  /** Withdraw one queued message; false if it was too late. */
  async withdraw(id: string): Promise<boolean> {
    const {app, sessionId, state} = this.#around
    const queued = state.peek()?.queue.some(message => message.message_id === id)
    // A message without an acknowledgement may have arrived all the same; one being sent probably will.
    if (app.outbox.discard(id) && !queued) return true
    return await this.#attempt(app.api.withdraw(sessionId, id))
  }

  /** Send this when the agent's limit is reset. */
  goOnThen(message: string): Promise<boolean> {
    return this.#attempt(this.#scheduled({message, message_id: newId(), after_limit: true}))
  }

  /** Send this at a time; with the same `message_id` it is one. Rejects with words for the user. */
  async schedule(what: Omit<ScheduleBody, 'session_id'>): Promise<void> {
    await this.#request(this.#scheduled(what))
  }

  #scheduled(what: Omit<ScheduleBody, 'session_id'>): Promise<State> {
    const {app, sessionId: session_id} = this.#around
    return app.api.later.schedule({session_id, ...what})
  }

  /** Do not send it after all. */
  unschedule(id: string): Promise<boolean> {
    const {app, sessionId} = this.#around
    return this.#attempt(app.api.later.cancel(sessionId, id))
  }

  /** Send what Janus did not send at its time. */
  sendMissed({message_id: id, content, attachments = []}: ScheduledMessage): Promise<boolean> {
    const {app, sessionId} = this.#around
    return this.#attempt(app.api.chat(sessionId, content, id, false, attachments.map(it => it.attachment_id)))
  }

  /** Set one of the agent's options. */
  choose(option: string, value: string | boolean): Promise<boolean> {
    const {app, sessionId} = this.#around
    const done = this.#chosen.then(() => this.#attempt(app.api.choose(sessionId, option, value)))
    this.#chosen = done
    return done
  }

  /** Answer a question. Rejects with words for the user if the answer was not accepted. */
  async answer(requestId: string, optionId: string, answers?: Answers): Promise<void> {
    const {app, sessionId} = this.#around
    this.#answering.add(requestId)
    try {
      await this.#request(app.api.permission(sessionId, requestId, optionId, answers))
    } catch (error) {
      this.#answering.delete(requestId)
      throw error
    }
  }

  /** Whether a closed question was answered from this page. Ask once for each question. */
  wasAnsweredHere(requestId: string): boolean {
    return this.#answering.delete(requestId)
  }

  async #attempt(request: Promise<State>): Promise<boolean> {
    try {
      await this.#request(request)
      return true
    } catch (error) {
      this.#around.notice.show(reasonOf(error))
      return false
    }
  }

  async #request(request: Promise<State>): Promise<void> {
    this.#around.onState(await request)
  }
}

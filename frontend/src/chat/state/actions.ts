import type {ReadonlySignal} from '@preact/signals'

import type {App} from '../../app/app'
import type {Answers, State} from '../../lib/types'
import {reasonOf} from '../strings'
import type {Notice} from './notice'

interface Surroundings {
  app: Pick<App, 'api' | 'outbox' | 'unauthorized'>
  sessionId: string
  /** What the user sees: an action is about that, whatever has happened since. */
  state: ReadonlySignal<State | undefined>
  notice: Notice
  /** Takes the state that Janus answers with. */
  onState: (state: State) => void
}

/**
 * What the user does in a session, apart from speaking. Each is one request; those that answer
 * with a boolean show a notice where they fail.
 */
export class Actions {
  readonly #around: Surroundings
  /** The questions that are being answered from this page. */
  readonly #answering = new Set<string>()

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Stop the turn that is shown as running. What waits is held, unless it is to be sent now. */
  stop(sendQueue = false): Promise<boolean> {
    const {app, sessionId, state} = this.#around
    return this.#attempt(app.api.interrupt(sessionId, state.peek()?.running_turn_id ?? undefined, sendQueue))
  }

  /** Send what is held. */
  sendQueue(): Promise<boolean> {
    return this.#attempt(this.#around.app.api.sendQueue(this.#around.sessionId))
  }

  /** Discard all that waits. */
  discardQueue(): Promise<boolean> {
    return this.#attempt(this.#around.app.api.discardQueue(this.#around.sessionId))
  }

  /** Take back one message that waits; false if it was too late. */
  async withdraw(id: string): Promise<boolean> {
    const {app, sessionId, state} = this.#around
    const queued = state.peek()?.queue.some(message => message.message_id === id)
    // What was never answered may have arrived all the same, and what is on its way will have.
    if (app.outbox.discard(id) && !queued) return true
    return await this.#attempt(app.api.withdraw(sessionId, id))
  }

  /** Choose one of the agent's options. */
  choose(option: string, value: string | boolean): Promise<boolean> {
    return this.#attempt(this.#around.app.api.choose(this.#around.sessionId, option, value))
  }

  /** Answer a question. Rejects with words for the user where the answer was not accepted. */
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

  /** Whether a question that is closed now was answered from this page; asked once. */
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
    try {
      this.#around.onState(await request)
    } catch (error) {
      if ((error as {status?: number}).status === 401) this.#around.app.unauthorized()
      throw error
    }
  }
}

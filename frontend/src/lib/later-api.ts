/** The calls about messages that are sent later. */

import type {Requests} from './requests'
import type {ScheduleBody, State} from './wire'

export class LaterApi {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  /** Send a message at a time, or when the agent's limit is reset; with the same `message_id` it is one. */
  schedule(body: ScheduleBody): Promise<State> {
    return this.#requests.call('POST /api/schedule', {body})
  }

  /** Do not send it after all. */
  cancel(session_id: string, message_id: string): Promise<State> {
    return this.#requests.call('DELETE /api/schedule', {query: {session_id, message_id}})
  }
}

/** The calls about files that go with messages. */

import {base} from './base'
import type {Requests} from './requests'
import type {Calls, RemovedAttachment, Uploaded} from './wire'

/** Where the page finds a file that Janus has; *small* a copy of a picture. */
export function addressOf(session_id: string, attachment_id: string, small = false): string {
  return `${base}/api/attachment?${new URLSearchParams({session_id, attachment_id, ...(small && {small: 'true'})})}`
}

/** Milliseconds for a piece: a slow network gets time for it. */
const PATIENT = 120_000

export class AttachmentsApi {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  /** Send a piece of a file; the answer says how much has arrived. */
  send(query: Calls['POST /api/attachments']['query'], body: Blob): Promise<Uploaded> {
    return this.#requests.call('POST /api/attachments', {query, body, timeout: PATIENT, repeated: true})
  }

  /** Take back a file that goes with no message. */
  remove(session_id: string, attachment_id: string): Promise<RemovedAttachment> {
    return this.#requests.call('DELETE /api/attachments', {query: {session_id, attachment_id}})
  }
}

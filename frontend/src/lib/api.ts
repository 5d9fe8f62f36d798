/** The HTTP API of Janus. Every failure is an ApiError in words for the user. */

import type {ApiError} from './api-error'
import {AttachmentsApi} from './attachments-api'
import {LaterApi} from './later-api'
import {MachinesApi} from './machines-api'
import {Requests, SOON, type RequestOptions} from './requests'
import {SpokenApi} from './spoken-api'
import {WorkApi} from './work-api'
import type {
  AgentInfo, AgentName, Answers, ConversationList, Deleted, DeviceList, EndBody, EndedSession, Folders,
  GivenContext, Health, Heartbeat, Hits, Invitation, Messages, PairedDevice, Project, ProjectBody, PushState, PushTest, Removed,
  Revoked, Scope, SessionInfo, SessionList, StartBody, State, SubscriptionBody,
} from './types'

export {ApiError} from './api-error'

/** Milliseconds for requests that start an agent or make a worktree. */
const PATIENT = 75_000

export type NewSession = StartBody
export type HowToEnd = EndBody

/** One method for each endpoint. */
export class Api {
  readonly spoken: SpokenApi
  readonly #requests: Requests
  readonly work: WorkApi
  readonly attachments: AttachmentsApi
  readonly later: LaterApi
  readonly machines: MachinesApi

  constructor(options: RequestOptions = {}) {
    this.#requests = new Requests(options)
    this.work = new WorkApi(this.#requests)
    this.attachments = new AttachmentsApi(this.#requests)
    this.later = new LaterApi(this.#requests)
    this.machines = new MachinesApi(this.#requests)
    this.spoken = new SpokenApi(this.#requests)
  }

  health(): Promise<Health> {
    return this.#requests.call('GET /api/health', {})
  }

  async agents(): Promise<AgentInfo[]> {
    // Every agent is asked for its version, the first time.
    const call = {query: {}, timeout: PATIENT}
    return (await this.#requests.call('GET /api/agents', call)).agents
  }

  /** All sessions that have not ended. */
  async sessions(timeout?: number): Promise<SessionInfo[]> {
    return (await this.#requests.call('GET /api/sessions', {query: {}, repeated: true, ...(timeout && {timeout})})).sessions
  }

  /** A page of those that ended, the newest first: from `before` on, the `next` of the page before it. */
  ended(query: {before?: string; limit?: number; id?: string; project_id?: string} = {}): Promise<SessionList> {
    return this.#requests.call('GET /api/sessions', {query: {ended: true, ...query}})
  }

  /** One session, with its whole conversation. */
  session(session_id: string): Promise<SessionInfo> {
    return this.#requests.call('GET /api/session', {query: {session_id}})
  }

  /** Open a session. With a `session_id` it may take any time: asking again means the same session. */
  async start(body: NewSession = {}): Promise<SessionInfo> {
    for (;;) {
      const began = Date.now()
      try {
        return await this.#requests.call('POST /api/session/start', {body, timeout: PATIENT})
      } catch (error) {
        const {status} = error as ApiError
        // A phone that slept, or a network that forgot a silent connection.
        const lost = status === 0 && Date.now() - began > SOON
        if (!lost || !body.session_id) throw error
      }
    }
  }

  /** End a session; takes as long as the agent needs for a summary. */
  end(session_id: string, body: HowToEnd = {}): Promise<EndedSession> {
    return this.#requests.call('POST /api/session/end', {query: {session_id}, body, timeout: Infinity})
  }

  /** Start the agent of a session, and reopen the session if it has ended; make its worktree anew if that is gone. */
  resume(session_id: string, anew = false): Promise<SessionInfo> {
    const query = {session_id, ...(anew && {anew})}
    return this.#requests.call('POST /api/session/resume', {query, timeout: anew ? Infinity : PATIENT})
  }

  rename(session_id: string, name: string): Promise<SessionInfo> {
    return this.#requests.call('POST /api/session/rename', {query: {session_id}, body: {name}})
  }

  /** Forget a session that has ended, for good. */
  delete(session_id: string): Promise<Deleted> {
    return this.#requests.call('DELETE /api/session', {query: {session_id}, timeout: PATIENT})
  }

  /** Messages before one, with all their steps. */
  messages(session_id: string, before: string, limit: number): Promise<Messages> {
    return this.#requests.call('GET /api/messages', {query: {session_id, before, limit}})
  }

  /** Search in everything that was said. */
  search(q: string): Promise<Hits> {
    return this.#requests.call('GET /api/history', {query: {q}})
  }

  /** What agents were asked in a terminal, in the folder of a project. */
  conversations(project_id: string): Promise<ConversationList> {
    return this.#requests.call('GET /api/agents/conversations', {query: project_id ? {project_id} : {}, timeout: PATIENT})
  }

  /** Continue one of them here; asked again, it is the same session. */
  adopt(agent: AgentName, conversation_id: string, project_id: string): Promise<SessionInfo> {
    const body = {agent, conversation_id, ...(project_id && {project_id})}
    return this.#requests.call('POST /api/session/adopt', {body, timeout: PATIENT})
  }

  async projects(): Promise<Project[]> {
    return (await this.#requests.call('GET /api/projects', {query: {}})).projects
  }

  /** Serve a folder; with a `project_id`, as that project, which has moved there. */
  addProject(body: ProjectBody): Promise<Project> {
    return this.#requests.call('POST /api/projects', {body})
  }

  /** Serve a folder no more; nothing is deleted. */
  removeProject(project_id: string): Promise<Removed> {
    return this.#requests.call('DELETE /api/projects', {query: {project_id}, timeout: PATIENT})
  }

  /** The folders in one, or those in which projects may be. */
  folders(path?: string): Promise<Folders> {
    return this.#requests.call('GET /api/folders', {query: path === undefined ? {} : {path}})
  }

  /** Send a message; with the same `message_id` it is accepted once, however often it is sent. *voice*: it was spoken. */
  chat(session_id: string, message: string, message_id?: string, voice = false, attachments: string[] = []): Promise<State> {
    const more = {...(message_id && {message_id}), ...(voice && {voice}), ...(attachments.length && {attachments})}
    return this.#requests.call('POST /api/chat', {body: {message, session_id, ...more}, repeated: Boolean(message_id)})
  }

  state(session_id: string): Promise<State> {
    return this.#requests.call('GET /api/state', {query: {session_id}})
  }

  /** Stop this turn if it is still running; without an id, whatever is running. The queue is held, or sent at once. */
  interrupt(session_id: string, turn_id?: string, send_queue = false): Promise<State> {
    const body = {session_id, ...(turn_id && {turn_id}), ...(send_queue && {send_queue})}
    return this.#requests.call('POST /api/interrupt', {body})
  }

  /** A note for the agent. */
  system(session_id: string, message: string): Promise<State> {
    return this.#requests.call('POST /api/system', {body: {message, session_id}})
  }

  /** What the agent was told to begin with. */
  context(session_id: string): Promise<GivenContext> {
    return this.#requests.call('GET /api/memory/context', {query: {session_id}})
  }

  /** A picture that the agent has shown, as an address that an `img` can have. */
  async image(session_id: string, image_id: string): Promise<string> {
    const {media_type, data} = await this.#requests.call('GET /api/image', {query: {session_id, image_id}})
    return `data:${media_type};base64,${data}`
  }

  /** Answer a question of the agent; the first answer counts, later ones get `ALREADY_ANSWERED`. */
  permission(
    session_id: string,
    request_id: string,
    option_id: string,
    answers?: Answers,
  ): Promise<State> {
    const body = {session_id, request_id, option_id, ...(answers && {answers})}
    return this.#requests.call('POST /api/permission', {body})
  }

  /** Set one of the agent's options, such as its mode or model. */
  choose(session_id: string, option_id: string, value: string | boolean): Promise<State> {
    const body = {session_id, option_id, value: String(value)}
    return this.#requests.call('POST /api/options', {body})
  }

  /** Send the messages that were held when a turn was stopped. */
  sendQueue(session_id: string): Promise<State> {
    return this.#requests.call('POST /api/queue', {body: {session_id, action: 'send'}})
  }

  /** Withdraw all queued messages. */
  discardQueue(session_id: string): Promise<State> {
    return this.#requests.call('DELETE /api/queue', {query: {session_id}})
  }

  /** Withdraw one queued message. */
  withdraw(session_id: string, message_id: string): Promise<State> {
    return this.#requests.call('DELETE /api/queue', {query: {session_id, message_id}})
  }

  /** Say that somebody is still there; an idle session ends without it. */
  heartbeat(session_id: string): Promise<Heartbeat> {
    return this.#requests.call('POST /api/heartbeat', {query: {session_id}})
  }

  /** Pair this device with a code. Keep the `key`: it is sent only this once. */
  pair(code: string, name: string): Promise<PairedDevice> {
    return this.#requests.call('POST /api/pair', {body: {code, name}})
  }

  /** Create a pairing code for another device, with full or read-only access. */
  pairNew(scope: Scope = 'full'): Promise<Invitation> {
    return this.#requests.call('POST /api/pair/new', {body: {scope}})
  }

  devices(): Promise<DeviceList> {
    return this.#requests.call('GET /api/devices', {})
  }

  /** Unpair a device; `all` unpairs every one, this one included. */
  revoke(device_id: string): Promise<Revoked> {
    return this.#requests.call('DELETE /api/devices', {query: {device_id}})
  }

  /** Notifications on this device. */
  push(): Promise<PushState> {
    return this.#requests.call('GET /api/push/subscription', {})
  }

  /** Have this device told from now on, at what its browser subscribed to. */
  pushSubscribe(body: SubscriptionBody): Promise<PushState> {
    return this.#requests.call('POST /api/push/subscription', {body})
  }

  pushUnsubscribe(): Promise<PushState> {
    return this.#requests.call('DELETE /api/push/subscription', {})
  }

  /** Send this device a notification now. */
  pushTest(): Promise<PushTest> {
    return this.#requests.call('POST /api/push/test', {})
  }
}

/** The calls about the owner's other machines. */

import type {Requests} from './requests'
import type {AgentInfo, FleetState, Project, SessionInfo} from './types'

/** Milliseconds in which another machine asks its agents, or makes a worktree. */
const PATIENT = 60_000

export class MachinesApi {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  /** The owner's machines. */
  all(): Promise<FleetState> {
    return this.#requests.call('GET /api/fleet', {repeated: true})
  }

  /** What can be begun on a machine. */
  async offered(machine: string): Promise<{agents: AgentInfo[]; projects: Project[]}> {
    const call = {query: {machine}, timeout: PATIENT}
    const [{agents}, {projects}] = await Promise.all([
      this.#requests.call('GET /api/agents', call),
      this.#requests.call('GET /api/projects', call),
    ])
    return {agents, projects}
  }

  /** Continue a session whose machine is away in a new one, on a *machine* or, if that is empty, here. */
  carryOn(session_id: string, new_id: string, machine: string): Promise<SessionInfo> {
    const body = {session_id, new_id, ...(machine && {machine})}
    return this.#requests.call('POST /api/session/continue', {body, timeout: PATIENT})
  }
}

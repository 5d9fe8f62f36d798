/** The other machines whose sessions this Janus shows, and which of them sleep. */

import {computed, signal} from '@preact/signals'

import type {Api} from '../lib/api'
import type {MachinesApi} from '../lib/machines-api'
import type {AgentInfo, FleetState, Machine, Project, SessionInfo} from '../lib/types'
import {loadItem, saveItem} from './local-storage'

const NAME = 'fleet'
const NONE: never[] = []

interface Needed extends Pick<Api, 'ended'> {
  machines: Pick<MachinesApi, 'all' | 'offered'>
}

export class Fleet {
  readonly #state = signal<FleetState | undefined>(undefined)
  /** None where this machine is the only one. */
  readonly machines = computed(() => this.#state.value?.machines ?? NONE)
  /** What this one is called. */
  readonly name = computed(() => this.#state.value?.name ?? '')
  readonly id = computed(() => this.#state.value?.machine_id ?? '')
  /** The next doorway to try while this one cannot be reached; undefined where no other is known. */
  readonly next = computed(() => {
    const doorways = this.#state.value?.doorways ?? NONE
    const after = doorways.findIndex(({own}) => own) + 1
    return [...doorways.slice(after), ...doorways.slice(0, after)].find(it => !it.own && isPageElsewhere(it.page))
  })
  /** One word, so that what else changes, such as the load, draws no list. */
  readonly #asleep = computed(() => this.machines.value.filter(({online}) => !online).map(it => it.machine_id).join(' '))
  /** What can be begun on a machine, once it was asked for, by its id. */
  readonly offered = signal<Record<string, {agents: AgentInfo[]; projects: Project[]}>>({})
  readonly #learnt = signal<Record<string, string>>({})
  readonly #api: Needed
  readonly #machineOf: (sessionId: string) => string | undefined
  #looking = false

  /** *machineOf* is the id of the machine that has a session; nothing where it is this one. */
  constructor(api: Needed, machineOf: (sessionId: string) => string | undefined) {
    this.#api = api
    this.#machineOf = machineOf
  }

  /** The machine that has a session; undefined where it is this one. */
  of(sessionId: string): Machine | undefined {
    return this.find(this.#machineOf(sessionId) ?? this.#learnt.value[sessionId])
  }

  /** That machine, if it sleeps or cannot be reached. */
  away(sessionId: string): Machine | undefined {
    const machine = this.of(sessionId)
    return machine?.online ? undefined : machine
  }

  find(id: string | undefined): Machine | undefined {
    return this.machines.value.find(({machine_id}) => machine_id === id)
  }

  /** Sessions as they can be at most: whatever they said last, on a machine that sleeps nothing goes on. */
  settled(sessions: SessionInfo[]): SessionInfo[] {
    const asleep = this.#asleep.value.split(' ')
    if (!sessions.some(({machine}) => machine && asleep.includes(machine))) return sessions
    return sessions.map(session => {
      if (!session.machine || !asleep.includes(session.machine)) return session
      const {permissions: _, ...rest} = session
      return {...rest, status: session.status === 'active' ? 'idle' : session.status, attention: session.attention === 'error' ? 'error' : null}
    })
  }

  /** Find out which machine has a session that is in no list. */
  async learn(sessionId: string): Promise<void> {
    if (!this.machines.peek().length || this.#machineOf(sessionId)) return
    const {sessions: [found]} = await this.#api.ended({id: sessionId, limit: 1})
    if (found?.machine) this.#learnt.value = {...this.#learnt.peek(), [sessionId]: found.machine}
  }

  /** Ask a machine what can be begun there; while it sleeps, what it said last is offered. */
  async ask(id: string): Promise<void> {
    if (!this.find(id)?.online) return
    try {
      const offered = await this.#api.machines.offered(id)
      // With what others have said meanwhile.
      this.offered.value = {...this.offered.peek(), [id]: offered}
    } catch {
      // Its first project and its usual agent can be chosen all the same.
    }
  }

  /** Ask now. */
  async look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      this.#show(await this.#api.machines.all())
    } catch {
      // What is known stays; it is asked for again with the next list of sessions.
    } finally {
      this.#looking = false
    }
  }

  /** Show what was known at the last visit. */
  recall(): void {
    this.#state.value ??= loadItem<FleetState | undefined>(NAME, undefined)
  }

  forget(): void {
    this.#state.value = undefined
    this.#learnt.value = {}
    this.offered.value = {}
  }

  #show(state: FleetState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state.peek())) return
    this.#state.value = state
    saveItem(NAME, state)
  }
}

function isPageElsewhere(page: string): boolean {
  try {
    const {protocol, origin} = new URL(page)
    return /^https?:$/.test(protocol) && origin !== location.origin
  } catch {
    return false
  }
}

/** Builds the one `App` of the page, and what only its frame needs. */

import {base} from '../lib/base'
import {computed, signal} from '@preact/signals'

import type {App} from './app'
import {Asked} from './asked'
import {loadChoice} from './choice'
import {Connection} from './connection'
import {EndedSessions} from './ended-sessions'
import {Fleet} from './fleet'
import {forgetJanus} from './forget'
import {loadItem, onChangedElsewhere, removeItem, saveItem} from './local-storage'
import {fetchAhead} from '../lib/ahead'
import {Api} from '../lib/api'
import {Drafts} from '../lib/drafts'
import {KeptStates} from '../lib/kept-states'
import {Newest} from '../lib/newest'
import {Outbox} from '../lib/outbox'
import type {Uploads} from '../lib/uploads'
import type {AgentInfo, Health, Project} from '../lib/types'
import {loadPreferences, showPreferences} from './preferences'
import {pairsAtOnce} from './route'
import {Router, takePairingCode} from './router'
import {SeenSessions} from './seen-sessions'
import {Sessions} from './sessions'
import {announce} from '../ui/announcer'

/** What authorises this page; sent by the server once, when the page was paired. */
interface Credentials {
  key: string
  scope: string
}

/** Milliseconds after the first answer, in which the conversation follows that a link leads to. */
const SETTLING = 1500

/** What is asked of a session from the list. */
export interface Managed {
  id: string
  doing?: 'rename' | 'end' | 'delete'
}

export type Frame = ReturnType<typeof makeApp>

/** Whether somebody chose this name; a branch that nobody named is called after the day. */
function isGivenName(name: string | null): boolean {
  return Boolean(name) && !/^feature-\d{4}-\d\d-\d\d-\d{3}$/.test(name!)
}

export function makeApp() {
  const atOnce = pairsAtOnce(location.hash)
  // First of all: the code must not stay in the address.
  const code = signal(takePairingCode())
  // A link that is scanned while the page is open does not reload it.
  addEventListener('hashchange', () => (code.value = takePairingCode() || code.value))
  const credentials = signal(loadItem<Credentials | null>('admission', null))
  const agents = signal(loadItem<AgentInfo[]>('agents', []))
  const health = signal<Health | undefined>(undefined)
  const router = new Router()
  const paired = computed(() => credentials.value !== null)

  const connection = new Connection()
  const {link} = connection
  const api = new Api({backendUrl: base, fetch: fetchAhead, key: () => credentials.peek()?.key, link, refused: unauthorized})
  const sessions = new Sessions(api, link)
  const asked = new Asked(api)
  const ended = new EndedSessions(api)
  const kept = new KeptStates()
  /** What the user waits for has come, as far as it comes: the network is free for what may be needed later. */
  const settled = sessions.contact.then(() => new Promise(resolve => setTimeout(resolve, SETTLING))).then(() => link.whenUp())
  const projects = signal<Project[]>([])
  void sessions.contact.then(() => {
    if (!projects.peek().length) projects.value = loadItem('projects', [])
    fleet.recall()
  })
  /** What is looked for in the list. */
  const search = signal('')
  const seen = new SeenSessions()
  /** The project whose sessions are listed; all of them if it is empty, or gone. */
  const chosenProject = signal(loadItem('project', ''))
  const project = computed(() => projects.value.find(({project_id}) => project_id === chosenProject.value))
  const choice = loadChoice()
  /** The session whose menu is open, and what is done with it already. */
  const managed = signal<Managed | null>(null)
  const preferences = loadPreferences()
  // Earlier versions kept the first words of each session there.
  removeItem('titles')
  showPreferences(preferences)

  let files: Promise<Uploads> | undefined
  const uploads = (): Promise<Uploads> => {
    // After a failure the next attempt starts over.
    files ??= import('../lib/uploads').then(
      ({Uploads}) => {
        const made = new Uploads(api.attachments)
        link.subscribe(up => up && made.wake())
        return made
      },
      error => {
        files = undefined
        throw error
      },
    )
    return files
  }

  const outbox = new Outbox(async ({sessionId, text, message_id, start, voice, attachments = []}, started) => {
    if (start) {
      await api.start({session_id: sessionId, ...start})
      started()
      sessions.refresh()
    }
    const ids = attachments.map(({attachment_id: id}) => id)
    if (ids.length) await (await uploads()).deliver(ids)
    await api.chat(sessionId, text, message_id, voice, ids)
    if (ids.length) (await uploads()).arrived(ids)
  }, undefined, link)

  const fleet = new Fleet(api, id =>
    // Of one that is not there yet: where it will be.
    [...sessions.all.value, ...ended.all.value].find(it => it.session_id === id)?.machine ?? outbox.entries.find(it => it.sessionId === id)?.start?.machine ?? undefined,
  )
  sessions.updates.subscribe(() => {
    if (fleet.machines.peek().length || sessions.all.peek().some(({machine}) => machine)) void fleet.look()
  })

  let there = 0
  fleet.machines.subscribe(all => {
    const now = all.filter(({online}) => online).length
    // What waited for the one that woke need not wait for its next attempt.
    if (now > there) outbox.flush()
    there = now
  })

  function wipe(): void {
    void kept.forgetAll()
    forgetJanus()
  }
  // It may have been closed while it forgot.
  if (!credentials.peek()) wipe()

  /** Forget everything except unsent messages: those wait until the device is paired again. */
  function unauthorized(): void {
    sessions.forget()
    asked.forget()
    ended.forget()
    fleet.forget()
    wipe()
    projects.value = []
    search.value = ''
    credentials.value = null
  }

  function signIn(received: Credentials): void {
    const {key, scope} = received
    saveItem('admission', {key, scope})
    code.value = ''
    enter({key, scope})
  }

  function enter(received: Credentials): void {
    credentials.value = received
    start()
    outbox.flush()
  }

  // Pairing in one page pairs all of them: they share the cookie.
  onChangedElsewhere('admission', () => {
    const received = loadItem<Credentials | null>('admission', null)
    if (received) enter(received)
    else if (credentials.peek()) unauthorized()
  })

  const newest = {info: new Newest(), projects: new Newest()}

  /** Fetch what seldom changes. Screens cope without it, or ask again. */
  async function refreshServerInfo(): Promise<void> {
    const counts = newest.info.ask()
    const [well, known] = await Promise.allSettled([api.health(), api.agents(), refreshProjects()])
    if (!counts()) return
    if (well.status === 'fulfilled') health.value = well.value
    if (known.status === 'fulfilled') {
      agents.value = known.value
      saveItem('agents', known.value)
    }
    // Most have one machine: the first screen does not share its way with that question.
    void fleet.look()
  }

  async function refreshProjects(): Promise<void> {
    const counts = newest.projects.ask()
    const found = await api.projects()
    if (!counts()) return
    const ids = (all: Project[]) => all.map(({project_id}) => project_id).join()
    // With a project, its sessions come and go.
    if (projects.peek().length && ids(found) !== ids(projects.peek())) ended.forget()
    projects.value = found
    saveItem('projects', projects.value)
  }

  function start(): void {
    sessions.start()
    void (router.route.peek().screen === 'chat' ? sessions.contact : Promise.resolve()).then(refreshServerInfo)
    void settled.then(() => import('./notifications')).then(({compareNotes}) => compareNotes(api)).catch(() => {})
  }
  const opened = router.route.peek()
  /** Of the conversation that the page is opened on: asked for while the code that draws it is on its way. */
  let first = credentials.value && opened.screen === 'chat' ? api.state(opened.sessionId).catch(() => undefined) : undefined // the stream will say why
  if (credentials.value) start()

  const app: App = {
    api,
    outbox,
    async firstState(id) {
      if (opened.screen !== 'chat' || opened.sessionId !== id) return undefined
      const taken = first
      first = undefined // at a later visit it would be old
      return await taken
    },
    kept: {load: async id => (await sessions.contact, await kept.load(id)), save: state => kept.save(state), forget: id => kept.forget(id)},
    drafts: new Drafts(),
    uploads,
    preferences,
    sessions: computed(() => fleet.settled(sessions.all.value)),
    loaded: sessions.loaded,
    connection,
    agents,
    health,
    projects,
    fleet,
    paired,
    readOnly: computed(() => credentials.value?.scope === 'read'),
    titleOf: ({name, title, agent}) => (isGivenName(name) && name) || title || name || (agents.value.find(known => known.name === agent)?.label ?? agent),
    manage: (id, doing) => (managed.value = {id, ...(doing && {doing})}),
    refresh: sessions.refresh,
    headers: () => ({'X-Janus-Key': credentials.peek()?.key ?? ''}),
    unauthorized,
    announce,
    go: router.go,
  }
  /** List the sessions of one project; of all with an empty id. New ones start there. */
  function showProject(id: string): void {
    chosenProject.value = id
    saveItem('project', id)
    if (id) choice.value = {...choice.peek(), project: id}
  }

  return {app, route: router.route, asked, ended, projects, refreshProjects, search, project, showProject, choice, seen, managed, updates: sessions.updates, heardAt: sessions.heardAt, refreshServerInfo, code, atOnce, signIn, paired, contact: sessions.contact, settled}
}

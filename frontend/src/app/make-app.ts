/** Builds the one `App` of the page, and what only its frame needs. */

import {computed, signal} from '@preact/signals'

import type {App} from './app'
import {Previews} from './previews'
import {loadItem, onChangedElsewhere, removeItem, saveItem} from './local-storage'
import {Api, type ApiError} from '../lib/api'
import {Drafts} from '../lib/drafts'
import {Outbox} from '../lib/outbox'
import type {AgentInfo, Health} from '../lib/types'
import {loadPreferences, showPreferences} from './preferences'
import {Router, takePairingCode} from './router'
import {SeenSessions} from './seen-sessions'
import {Sessions} from './sessions'
import {Titles} from './titles'
import {announce} from '../ui/announcer'

/** What authorises this page; sent by the server once, when the page was paired. */
interface Credentials {
  key: string
  scope: string
}

export type Frame = ReturnType<typeof makeApp>

export function makeApp() {
  // First of all: the code must not stay in the address.
  const code = signal(takePairingCode())
  // A link that is scanned while the page is open does not reload it.
  addEventListener('hashchange', () => (code.value = takePairingCode() || code.value))
  const credentials = signal(loadItem<Credentials | null>('admission', null))
  const agents = signal(loadItem<AgentInfo[]>('agents', []))
  const health = signal<Health | undefined>(undefined)
  const router = new Router()

  const api = new Api({key: () => credentials.peek()?.key})
  const sessions = new Sessions(api, unauthorized)
  const titles = new Titles()
  const previews = new Previews(api, titles)
  const seen = new SeenSessions()
  /** The session whose menu is open. */
  const managed = signal<string | null>(null)
  const preferences = loadPreferences()
  showPreferences(preferences)

  const outbox = new Outbox(entry =>
    api.chat(entry.sessionId, entry.text, entry.message_id).catch((error: ApiError) => {
      if (error.status === 401) unauthorized()
      throw error
    }),
  )

  /** Forget everything except unsent messages: those wait until the device is paired again. */
  function unauthorized(): void {
    sessions.forget()
    titles.forget()
    previews.forget()
    removeItem('admission')
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

  /** Fetch what seldom changes. Screens cope without it, or ask again. */
  async function refreshServerInfo(): Promise<void> {
    const [well, known] = await Promise.allSettled([api.health(), api.agents()])
    if (well.status === 'fulfilled') health.value = well.value
    if (known.status === 'fulfilled') {
      agents.value = known.value
      saveItem('agents', known.value)
    }
  }

  function start(): void {
    sessions.start()
    void refreshServerInfo()
  }
  if (credentials.value) start()

  const app: App = {
    api,
    outbox,
    drafts: new Drafts(),
    preferences,
    sessions: sessions.all,
    loaded: sessions.loaded,
    reached: sessions.reached,
    agents,
    health,
    readOnly: computed(() => credentials.value?.scope === 'read'),
    titleOf: session => titles.of(session, agents.value),
    manage: id => (managed.value = id),
    refresh: sessions.refresh,
    headers: () => ({'X-Janus-Key': credentials.peek()?.key ?? ''}),
    unauthorized,
    announce,
    go: router.go,
  }
  const paired = computed(() => credentials.value !== null)
  return {app, route: router.route, titles, previews, seen, managed, updates: sessions.updates, refreshServerInfo, code, signIn, paired}
}

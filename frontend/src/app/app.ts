/** What every screen may use: built once in `main.tsx`, and passed down as a property. */

import type {ReadonlySignal, Signal} from '@preact/signals'

import type {Connection} from './connection'
import type {Fleet} from './fleet'
import type {Api} from '../lib/api'
import type {Drafts} from '../lib/drafts'
import type {KeptStates} from '../lib/kept-states'
import type {Outbox} from '../lib/outbox'
import type {Uploads} from '../lib/uploads'
import type {AgentInfo, Health, Project, SessionInfo, State} from '../lib/types'

/** The user's choices on this device; each is stored as soon as it is set. */
export interface Preferences {
  theme: Signal<'auto' | 'light' | 'dark'>
  textSize: Signal<'normal' | 'large' | 'larger'>
  /** The side the thumb is on. */
  hand: Signal<'left' | 'right'>
  /** Enter sends, on a hardware keyboard. */
  enterSends: Signal<boolean>
  /** Keys that are single letters do something outside of fields. */
  letterKeys: Signal<boolean>
  /** Read answers aloud as they come. */
  readAloud: Signal<boolean>
  /** The speed of reading aloud, 0.8 to 2. */
  rate: Signal<number>
  voice: Signal<string>
  /** Who understands what is said, and who speaks; `auto` is the browser, where it can. */
  hears: Signal<'auto' | 'browser' | 'janus'>
  speaks: Signal<'auto' | 'browser' | 'janus'>
  /** The language of the drive; '' for that of the page. */
  drivesIn: Signal<'' | 'en' | 'de'>
  sounds: Signal<boolean>
  vibration: Signal<boolean>
  /** Keep the screen on while an agent works or an answer is read aloud. */
  stayAwake: Signal<boolean>
}

export interface App {
  api: Api
  outbox: Outbox
  drafts: Drafts
  /** The state of the conversation that the page was opened on, if this is that; once. */
  firstState: (sessionId: string) => Promise<State | undefined>
  /** Conversations as they were last seen; nothing is loaded before it is known that this device is let in. */
  kept: Pick<KeptStates, 'load' | 'save' | 'forget'>
  /** The files on their way to Janus. */
  uploads: () => Promise<Uploads>
  preferences: Preferences
  /** All open sessions as last received, most recently used first. */
  sessions: ReadonlySignal<SessionInfo[]>
  /** Whether the list has come from the server since this page was opened. */
  loaded: ReadonlySignal<boolean>
  connection: Connection
  agents: ReadonlySignal<AgentInfo[]>
  health: ReadonlySignal<Health | undefined>
  projects: ReadonlySignal<Project[]>
  fleet: Fleet
  paired: ReadonlySignal<boolean>
  /** Whether this device has read-only access. */
  readOnly: ReadonlySignal<boolean>
  /** The title of a session: its name, the first words said in it, or its agent. */
  titleOf: (session: SessionInfo) => string
  /** Open the menu of a session, which may have ended, or what it leads to at once. */
  manage: (sessionId: string, doing?: 'rename' | 'end' | 'delete') => void
  /** Fetch the sessions now. */
  refresh: () => void
  /** Headers for every request that writes: the device's write key. */
  headers: () => Record<string, string>
  /** The server does not, or no longer, know this device: show pairing. */
  unauthorized: () => void
  /** Announce a whole sentence to screen readers; *urgent* interrupts what they are saying. */
  announce: (sentence: string, urgent?: boolean) => void
  /** Go to a screen: `/`, `/new`, `/s/<id>`, `/settings`, `/drive`, `/drive/<id>`; *instead* of this one, for the way back. */
  go: (path: string, instead?: 'instead') => void
}

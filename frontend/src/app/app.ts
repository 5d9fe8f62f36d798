/** What every screen may use: built once in `main.tsx`, and passed down as a property. */

import type {ReadonlySignal, Signal} from '@preact/signals'

import type {Api} from '../lib/api'
import type {Drafts} from '../lib/drafts'
import type {Outbox} from '../lib/outbox'
import type {AgentInfo, Health, SessionInfo} from '../lib/types'

/** The user's choices on this device; each is stored as soon as it is set. */
export interface Preferences {
  theme: Signal<'auto' | 'light' | 'dark'>
  textSize: Signal<'normal' | 'large' | 'larger'>
  /** The side the thumb is on. */
  hand: Signal<'left' | 'right'>
  /** Enter sends, on a hardware keyboard. */
  enterSends: Signal<boolean>
  /** Read answers aloud as they come. */
  readAloud: Signal<boolean>
  /** The speed of reading aloud, 0.8 to 2. */
  rate: Signal<number>
  voice: Signal<string>
  sounds: Signal<boolean>
  vibration: Signal<boolean>
  /** Keep the screen on while an agent works or an answer is read aloud. */
  stayAwake: Signal<boolean>
}

export interface App {
  api: Api
  outbox: Outbox
  drafts: Drafts
  preferences: Preferences
  /** All open sessions as last received, most recently used first. */
  sessions: ReadonlySignal<SessionInfo[]>
  /** Whether the list has come from the server since this page was opened. */
  loaded: ReadonlySignal<boolean>
  /** Whether the server answered the last request for the list. */
  reached: ReadonlySignal<boolean>
  agents: ReadonlySignal<AgentInfo[]>
  health: ReadonlySignal<Health | undefined>
  /** Whether this device has read-only access. */
  readOnly: ReadonlySignal<boolean>
  /** The title of a session: its name, or the first words said in it. */
  titleOf: (session: SessionInfo) => string
  /** Open the menu of a session: rename, start its agent, end. */
  manage: (sessionId: string) => void
  /** Fetch the sessions now. */
  refresh: () => void
  /** Headers for every request that writes: the device's write key. */
  headers: () => Record<string, string>
  /** The server does not, or no longer, know this device: show pairing. */
  unauthorized: () => void
  /** Announce a whole sentence to screen readers; *urgent* interrupts what they are saying. */
  announce: (sentence: string, urgent?: boolean) => void
  /** Go to a screen: `/`, `/new`, `/s/<id>`, `/settings`. */
  go: (path: string) => void
}

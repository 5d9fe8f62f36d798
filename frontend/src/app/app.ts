/** What every screen may use: made once in `main.tsx`, handed down as a property. */

import type {ReadonlySignal, Signal} from '@preact/signals'

import type {Api} from '../lib/api'
import type {Drafts} from '../lib/drafts'
import type {Outbox} from '../lib/outbox'
import type {AgentInfo, Health, SessionInfo} from '../lib/types'

/** What the user chose on this device; each is kept in `localStorage` as soon as it is set. */
export interface Preferences {
  theme: Signal<'auto' | 'light' | 'dark'>
  textSize: Signal<'normal' | 'large' | 'larger'>
  /** On which side the thumb is. */
  hand: Signal<'left' | 'right'>
  /** Enter sends, where there is a hardware keyboard. */
  enterSends: Signal<boolean>
  /** Read answers aloud as they come. */
  readAloud: Signal<boolean>
  /** Of reading aloud: 0.8 to 2. */
  rate: Signal<number>
  voice: Signal<string>
  sounds: Signal<boolean>
  vibration: Signal<boolean>
  /** Keep the screen on while a session works or speaks. */
  stayAwake: Signal<boolean>
}

export interface App {
  api: Api
  outbox: Outbox
  drafts: Drafts
  preferences: Preferences
  /** All open sessions as last heard, the newest use first. */
  sessions: ReadonlySignal<SessionInfo[]>
  /** Whether the server has told which sessions there are, since this page was opened. */
  loaded: ReadonlySignal<boolean>
  /** Whether the server answered when it was last asked. */
  reached: ReadonlySignal<boolean>
  agents: ReadonlySignal<AgentInfo[]>
  health: ReadonlySignal<Health | undefined>
  /** Whether this device may only look. */
  readOnly: ReadonlySignal<boolean>
  /** What a session is called: its name, or the first words said in it. */
  titleOf: (session: SessionInfo) => string
  /** Show what can be done with a session: rename, wake, end. */
  manage: (sessionId: string) => void
  /** Ask the server for the sessions now. */
  refresh: () => void
  /** Headers of every request that writes: the second half of the device's secret. */
  headers: () => Record<string, string>
  /** The server does not know this device (any more): show pairing. */
  unauthorized: () => void
  /** Say it to those who use a screen reader; *urgent* interrupts. Whole sentences, never tokens. */
  announce: (sentence: string, urgent?: boolean) => void
  /** Go to a screen: `/`, `/new`, `/s/<id>`, `/settings`. */
  go: (path: string) => void
}

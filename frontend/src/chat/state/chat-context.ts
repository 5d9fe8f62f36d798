import type {ReadonlySignal} from '@preact/signals'

import type {App} from '../../app/app'
import type {Said} from '../said'
import type {Conversation} from './conversation'

/** What every part of the chat uses. */
export interface ChatContext {
  app: App
  conversation: Conversation
  feedback: Cues
  aloud: Voice
  /** Append text to the composer; *stay* leaves the focus where it is. */
  compose: (text: string, stay?: 'stay') => void
  /** Put what was said, and does not go out as it is, into the composer: its words and its files. */
  change: (said: Said) => void
}

/** Tones and vibration for those who do not look at the screen. */
export interface Cues {
  /** Call it during a tap: browsers allow no sound before one. */
  prime(): void
  give(what: 'listening' | 'sent' | 'needs-you' | 'error'): void
}

/** Reads messages aloud. */
export interface Voice {
  /** The id of the message being read; empty if none is. */
  readonly speaking: ReadonlySignal<string>
  readonly supported: boolean
  /** Call it during a tap: without one iOS stays silent. */
  prime(): void
  /** Read this message, and why it ended, instead of anything else. */
  read(id: string, text: string, ending?: string): void
  /** Stop reading at once. */
  stop(): void
}

import type {ReadonlySignal} from '@preact/signals'

import type {App} from '../../app/app'
import type {Conversation} from './conversation'

/** What every part of the chat uses. */
export interface ChatContext {
  app: App
  conversation: Conversation
  feedback: Cues
  aloud: Voice
  /** Put words into the composer, after what stands there; *stay* leaves the focus where it is. */
  compose: (text: string, stay?: 'stay') => void
}

/** Tones and vibration for those who do not look at the screen. */
export interface Cues {
  /** Call it in a tap: browsers are silent before one. */
  prime(): void
  give(what: 'listening' | 'sent' | 'needs-you' | 'error'): void
}

/** Reads messages aloud. */
export interface Voice {
  /** The id of the message that is being read; empty while there is silence. */
  readonly speaking: ReadonlySignal<string>
  readonly supported: boolean
  /** Call it in a tap: without one iOS stays silent. */
  prime(): void
  /** Read this message and why it ended, and nothing else. */
  read(id: string, text: string, ending?: string): void
  /** Silence at once. */
  stop(): void
}

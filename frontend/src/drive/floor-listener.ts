/** What the floor tells, and how it listens. */
import type {Understood} from '../voice/engines'

export type Phase = 'quiet' | 'speaking' | 'turning' | 'listening' | 'ending'

export interface Listening {
  /** Milliseconds without a word after which it is over. */
  silence: number
  /** Milliseconds without another word after which this was all. */
  patience(text: string, sure: boolean): number
}

export interface FloorListener {
  phase(phase: Phase): void
  /** The microphone is on. */
  began(): void
  /** All that was heard, from the first word to the last. */
  heard(understood: Understood): void
  /** Nothing was heard. */
  silence(): void
  /** It was recorded, and is understood when there is a connection. */
  kept(): void
  /** Somebody speaks while Janus did; it is silent now. What is heard may be no interruption: `resume`. */
  interrupted(): void
  /** Something could not be said to its end. */
  unsaid(): void
  /** Everything has been said. */
  drained(): void
  trouble(message: string, again: boolean): void
}

/** What a drive is made of, and whom it tells. */
import type {Clock, Ears, Mouth, Recorder} from '../voice/engines'
import type {Phase} from './floor-listener'
import type {Janus} from './janus'

/** Milliseconds in which what was misheard can be taken back. */
export const SCRATCH = 3000
/** Milliseconds of silence after which Janus rests. */
export const SILENCE = 8000

export type Cue = 'listening' | 'heard' | 'sent' | 'working' | 'needs-you' | 'done' | 'lost' | 'back' | 'error'

export interface DriverParts {
  clock: Clock
  mouth: Mouth
  ears: Ears
  recorder?: Recorder | undefined
  janus: Janus
  /** A sound for what happens. */
  cue(what: Cue): void
  /** Faster or slower. */
  pace(change: number): void
  /** Returns false if it is as loud as it gets. */
  louder(): boolean
  leave(): void
  language?: string
}

export type Shown = Phase | 'working' | 'asking'

/** What the screen shows. */
export interface DriverListener {
  phase(phase: Shown): void
  session(id: string): void
  /** Why it cannot hear, or that there is no connection; '' if nothing is wrong. */
  problem(message: string): void
}

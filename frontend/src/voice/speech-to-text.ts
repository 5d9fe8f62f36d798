/** What turns speech into text: the recogniser of the browser, or Janus with what was recorded. */
import type {Problem} from './problems'

export type ListeningState = 'idle' | 'starting' | 'listening' | 'stopping'

export type SpeechEvent =
  | {type: 'state'; state: ListeningState}
  /** What has been understood so far; replaces earlier text. `sure` if it is final: some engines say so of guesses, with a confidence of 0. */
  | {type: 'text'; text: string; sure: boolean}
  /** Somebody speaks, or was heard and is being understood: something may come within so many milliseconds. */
  | {type: 'busy'; milliseconds: number}
  /** The end of each `start`, with everything understood; '' if that was nothing, or it was aborted. */
  | {type: 'end'; text: string}
  | {type: 'problem'; problem: Problem}

export interface Availability {
  ok: boolean
  /** Where the sound goes: to the maker of the browser, to Janus, no further than this device, or nowhere. */
  audioGoesTo: 'browser' | 'janus' | 'device' | null
  problem: Problem | null
}

export interface SpeechToText {
  readonly state: ListeningState
  /** Whether it may work here. */
  available(): Availability
  /** Call *listener* at every event; returns a function that unsubscribes it. */
  onEvent(listener: (event: SpeechEvent) => void): () => void
  /** Start listening; call it during a tap. While one run is ending, the next begins after it. */
  start(): void
  /** Stop listening; what was said will still be understood. */
  stop(): void
  /** Stop listening, and drop what was said. */
  abort(): void
}

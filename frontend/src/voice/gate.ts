/**
 * Tells speech from what is around it, by loudness alone: the noise of a car is steady, words are not.
 *
 * The quietest moment of the last seconds is the noise; what is clearly louder for a while is speech, and what
 * is not for a longer while is its end.
 */

/** Milliseconds in which even somebody who talks on is quiet for a moment. */
const WINDOW = 1500
/** Root mean square of samples from -1 to 1. A room is quieter; what is quieter than half of it is no speech. */
const ROOM = 0.005
const QUIETEST = 0.012
/** How much louder than the noise speech is. */
const FACTOR = 3
/** Milliseconds: shorter noises are no words, and longer pauses are ends. */
const ONSET = 150
const PAUSE = 700
/** Between two syllables. */
const SYLLABLE = 120

export interface Strictness {
  factor?: number
  quietest?: number
  onset?: number
  pause?: number
}

export class Gate {
  /** Whether somebody speaks. */
  speaking = false
  #levels: {at: number; level: number}[] = []
  #began: number | undefined
  #last = -Infinity
  readonly #strictness: Required<Strictness>

  constructor(strictness: Strictness = {}) {
    this.#strictness = {factor: FACTOR, quietest: QUIETEST, onset: ONSET, pause: PAUSE, ...strictness}
  }

  /** How loud it is at a moment in milliseconds; returns what has begun or ended with that. */
  feed(level: number, at: number): 'began' | 'ended' | undefined {
    const {factor, quietest, onset, pause} = this.#strictness
    // It may begin in the middle of a word.
    if (!this.#levels.length) this.#levels.push({at, level: ROOM})
    this.#levels = [...this.#levels.filter(it => at - it.at < WINDOW), {at, level}]
    const noise = Math.min(...this.#levels.map(it => it.level))
    if (level > Math.max(quietest, noise * factor)) {
      if (at - this.#last > SYLLABLE && !this.speaking) this.#began = at
      this.#last = at
      if (this.speaking || at - this.#began! < onset) return undefined
      this.speaking = true
      return 'began'
    }
    if (!this.speaking || at - this.#last < pause) return undefined
    this.speaking = false
    return 'ended'
  }
}

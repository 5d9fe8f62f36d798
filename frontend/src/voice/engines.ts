/** What the drive needs of a browser: time, a mouth, ears, a recorder. Tests bring their own. */

export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Call *then* after so many milliseconds; returns a function that calls it off. */
  after(milliseconds: number, then: () => void): () => void
}

export interface Mouth {
  /**
   * Say one utterance; *done* is called once, with whether it was said to its end. What takes longer than a voice should
   * is over, unless *hold* asks for more milliseconds from now on.
   */
  say(text: string, done: (said: boolean) => void, hold: (milliseconds: number) => void): void
  /** This will be said next. */
  prepare?(text: string): void
  /** Be silent at once. */
  stop(): void
}

/** What has been understood so far of one run of the ears. */
export interface Understood {
  text: string
  /** The recogniser will not change it any more, and is sure of it. */
  sure: boolean
}

export interface Hearer {
  /** The microphone is on. */
  began(): void
  /** Replaces earlier text. */
  text(understood: Understood): void
  /** Somebody speaks, or is being understood: to be waited for, for so many milliseconds. */
  busy(milliseconds: number): void
  /** What was said is understood later. */
  kept(): void
  /** The end of the run; once. */
  end(): void
  /** In words for the user; *again* if another attempt may help. */
  trouble(message: string, again: boolean): void
}

export interface Ears {
  /** Begin a run, of which only *hearer* is told. */
  start(hearer: Hearer): void
  /** End it; what was said is still understood. */
  stop(): void
  /** End it, and drop what was said. */
  abort(): void
  /** Call *interrupted* when somebody speaks while Janus does, if they can tell; a `start` then has heard all of it. Returns what ends that. */
  attend?(interrupted: () => void): () => void
}

/** Records what the ears hear, for the engine of Janus. */
export interface Recorder {
  start(): void
  /** The id of what Janus has heard; undefined if nothing was recorded. */
  finish(): Promise<string | undefined>
}

export const clock: Clock = {
  now: () => performance.now(),
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds)
    return () => clearTimeout(timer)
  },
}

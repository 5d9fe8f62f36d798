/** A set of listeners. One may unsubscribe at any time, even while it is being called. */
export class Listeners<T = void> {
  readonly #all = new Set<(news: T) => void>()

  /** Add a listener; returns a function that removes it. */
  add(listener: (news: T) => void): () => void {
    this.#all.add(listener)
    return () => void this.#all.delete(listener)
  }

  tell(news: T): void {
    for (const listener of this.#all) listener(news)
  }
}

/** iOS plays quietly through the earpiece after listening unless it is told what comes next. */
export function expectAudio(type: 'playback' | 'play-and-record'): void {
  const session = (navigator as {audioSession?: {type: string}}).audioSession
  if (session) session.type = type
}

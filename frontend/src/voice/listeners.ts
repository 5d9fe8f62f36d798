/** Who wants to know. A listener may leave at any time, even while it is being told. */
export class Listeners<T = void> {
  readonly #all = new Set<(news: T) => void>()

  /** Returns what takes the listener away again. */
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

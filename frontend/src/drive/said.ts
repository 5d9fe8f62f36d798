import type {Clock} from '../voice/engines'

/** Milliseconds after which nothing of it echoes any more; it may have waited for its turn before. */
const LATELY = 30_000

/** What Janus has said lately: a microphone may hear it, too. */
export class Said {
  readonly #clock: Clock
  #all: {text: string; at: number}[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(texts: readonly string[]): void {
    const at = this.#clock.now()
    this.#all = [...this.#all.filter(said => at - said.at < LATELY), ...texts.map(text => ({text, at}))]
  }

  lately(): string[] {
    return this.#all.map(({text}) => text)
  }
}

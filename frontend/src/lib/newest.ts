/**
 * Tells late answers from new ones. What is asked for again and again may be answered in another order than it
 * was asked: an answer counts until one has come that was asked for later.
 */
export class Newest {
  #asked = 0
  #came = 0

  /** To be called when something is asked for; returns what tells, once, whether the answer counts. */
  ask(): () => boolean {
    const mine = ++this.#asked
    return () => {
      if (mine <= this.#came) return false
      this.#came = mine
      return true
    }
  }

  /** The same for something else than before: no earlier answer counts. */
  askAnew(): () => boolean {
    this.drop()
    return this.ask()
  }

  /** Nothing that was asked for until now counts. */
  drop(): void {
    this.#came = this.#asked
  }
}

/** How often it is tried again before somebody has to tap. */
const AGAIN = 2

/** What goes wrong with the microphone in a row. */
export class Microphone {
  /** It is not tried again by itself. */
  lost = false
  #troubles = 0

  get troubled(): boolean {
    return this.#troubles > 0
  }

  /** Something was heard, or somebody tapped. */
  works(): void {
    this.#troubles = 0
    this.lost = false
  }

  /** Returns whether it is lost now. */
  failed(again: boolean): boolean {
    this.#troubles++
    this.lost ||= !again || this.#troubles > AGAIN
    return this.lost
  }
}

/** Milliseconds; a timer that is so late was held up with everything else. */
const LATE = 1000

/** Waits for what an engine may never report. A page that slept was told nothing: it waits once more for that. */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Call *then* after so many milliseconds, unless something else is expected meanwhile, or nothing any more. */
  expect(then: () => void, milliseconds: number): void {
    this.end()
    const due = Date.now() + milliseconds
    this.#timer = setTimeout(() => (Date.now() - due > LATE ? this.expect(then, milliseconds) : then()), milliseconds)
  }

  /** May be called twice. */
  end(): void {
    clearTimeout(this.#timer)
  }
}

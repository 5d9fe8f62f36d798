/** Bits a second: words need no more. */
const RATE = 24_000

/** One recording of a stream, from its construction on. */
export class Recording {
  /** Resolves when the first sound is recorded. */
  readonly begun: Promise<void>
  readonly #over: Promise<unknown>
  readonly #recorder: MediaRecorder
  readonly #parts: Blob[] = []
  #given = () => {}

  constructor(stream: MediaStream) {
    const recorder = (this.#recorder = new MediaRecorder(stream, {audioBitsPerSecond: RATE}))
    recorder.ondataavailable = ({data}) => {
      this.#parts.push(data)
      this.#given()
    }
    // It also ends with its stream, and has all of it only then.
    this.#over = new Promise(then => (recorder.onstop = then))
    this.begun = new Promise((resolve, reject) => {
      recorder.onstart = () => resolve()
      recorder.onerror = event => reject((event as ErrorEvent).error as Error)
    })
    recorder.start()
  }

  /** All of it so far; it goes on. */
  async soFar(): Promise<Blob> {
    if (this.#recorder.state === 'inactive') return this.stop()
    const given = new Promise<void>(then => (this.#given = then))
    this.#recorder.requestData()
    await Promise.race([given, this.#over])
    return this.#whole
  }

  /** All of it; it is over. May be called twice. */
  async stop(): Promise<Blob> {
    this.drop()
    await this.#over
    return this.#whole
  }

  /** End it; nobody wants it. May be called twice. */
  drop(): void {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop()
  }

  get #whole(): Blob {
    return new Blob(this.#parts, {type: this.#recorder.mimeType.split(';')[0] ?? ''})
  }
}

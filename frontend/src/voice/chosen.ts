/** The mouth and the ears that are used: those of the browser, or those of Janus. */
import type {Ears, Hearer, Mouth} from './engines'

/** What the owner of the phone prefers: `auto` is the browser's own, as long as it works. */
export type Preferred = 'auto' | 'browser' | 'janus'

interface Choice<T> {
  browser: T
  /** Only where Janus has such an engine. */
  janus: () => T | undefined
  preferred: () => Preferred
  /** Whether that of the browser works, as far as is known. */
  works: () => boolean
  /** It does not, for the rest of the drive. */
  fails?: () => void
}

function chosen<T>({browser, janus, preferred, works}: Choice<T>): T {
  const wanted = preferred()
  return (wanted === 'janus' || (wanted === 'auto' && !works()) ? janus() : undefined) ?? browser
}

/** A browser without a voice is noticed by what it leaves unsaid: that sentence is said by Janus. */
export class ChosenMouth implements Mouth {
  readonly #choice: Choice<Mouth>
  #last: Mouth | undefined

  constructor(choice: Choice<Mouth>) {
    this.#choice = choice
  }

  say(text: string, done: (said: boolean) => void, hold: (milliseconds: number) => void): void {
    const mouth = (this.#last = chosen(this.#choice))
    mouth.say(text, said => {
      if (said || this.#last !== mouth || chosen(this.#choice) === mouth) done(said)
      else this.say(text, done, hold)
    }, hold)
  }

  prepare(text: string): void {
    chosen(this.#choice).prepare?.(text)
  }

  stop(): void {
    this.#last?.stop()
    this.#last = undefined
  }
}

/** Where the browser's recogniser fails for good, that of Janus takes over in the same run. */
export class ChosenEars implements Ears {
  readonly #choice: Choice<Ears>
  #last: Ears | undefined

  constructor(choice: Choice<Ears>) {
    this.#choice = choice
  }

  start(hearer: Hearer): void {
    const ears = (this.#last = chosen(this.#choice))
    let replaced = false
    ears.start({
      ...hearer,
      trouble: (message, again) => {
        if (ears === this.#choice.browser) this.#choice.fails?.()
        replaced = this.#last === ears && chosen(this.#choice) !== ears
        if (!replaced) hearer.trouble(message, again)
      },
      end: () => (replaced && this.#last === ears ? this.start(hearer) : hearer.end()),
    })
  }

  stop(): void {
    this.#last?.stop()
  }

  abort(): void {
    const last = this.#last
    this.#last = undefined
    last?.abort()
  }

  attend(interrupted: () => void): () => void {
    return chosen(this.#choice).attend?.(interrupted) ?? (() => {})
  }
}

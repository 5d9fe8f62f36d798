import type {Preferences} from '../../app/app'
import type {Earcons} from '../../voice/earcons'
import type {Cues} from '../state/chat-context'

/** Tones and vibration, as the user wants them, for when nobody looks at the screen. */
export class Feedback implements Cues {
  readonly #preferences: Preferences
  #earcons: Earcons | undefined

  constructor(preferences: Preferences) {
    this.#preferences = preferences
  }

  /** Call it during a tap: browsers allow no sound before one. */
  prime(): void {
    if (!this.#preferences.sounds.peek()) return
    if (this.#earcons) this.#earcons.prime()
    else void this.#load()
  }

  give(what: 'listening' | 'sent' | 'needs-you' | 'error'): void {
    const {sounds, vibration} = this.#preferences
    if (sounds.peek()) void this.#load().then(earcons => earcons?.play(what))
    if (vibration.peek() && what !== 'listening') {
      void import('../../voice/haptics').then(({vibrate}) => vibrate(what), () => {})
    }
  }

  async #load(): Promise<Earcons | undefined> {
    try {
      const {Earcons} = await import('../../voice/earcons')
      this.#earcons ??= new Earcons()
      this.#earcons.prime()
    } catch {
      // Offline, the code for sounds may be missing.
    }
    return this.#earcons
  }
}

/** Keeps the screen on while it is wanted. The browser takes the lock away whenever the page is hidden. */
export class ScreenLock {
  #wanted = false
  #sentinel: WakeLockSentinel | null = null
  #stop: AbortController | null = null

  get held(): boolean {
    return this.#sentinel !== null && !this.#sentinel.released
  }

  /** Whether the screen stays on now. It is tried again when the page is seen again, until released. */
  async request(): Promise<boolean> {
    this.#wanted = true
    if (!this.#stop) {
      this.#stop = new AbortController()
      const {signal} = this.#stop
      document.addEventListener('visibilitychange', () => void this.#take(), {signal})
      // Older iOS wants a tap each time.
      document.addEventListener('pointerup', () => void this.#take(), {signal})
    }
    return this.#take()
  }

  /** May be called twice. */
  async release(): Promise<void> {
    this.#wanted = false
    this.#stop?.abort()
    this.#stop = null
    const sentinel = this.#sentinel
    this.#sentinel = null
    await sentinel?.release().catch(() => {})
  }

  async #take(): Promise<boolean> {
    const {wakeLock} = navigator as Partial<Navigator>
    if (!this.#wanted || this.held || !wakeLock || document.visibilityState !== 'visible') return this.held
    try {
      const sentinel = await wakeLock.request('screen')
      // Released, or taken twice, while we waited.
      if (!this.#wanted || this.held) await sentinel.release()
      else this.#sentinel = sentinel
    } catch {
      // A low battery, or no tap. The next occasion may be better.
    }
    return this.held
  }
}

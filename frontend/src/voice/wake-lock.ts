/** Keeps the screen on. The browser releases the lock whenever the page is hidden. */
export class ScreenLock {
  #wanted = false
  #sentinel: WakeLockSentinel | null = null
  #stop: AbortController | null = null

  get held(): boolean {
    return this.#sentinel !== null && !this.#sentinel.released
  }

  /** Request the lock; returns whether it is held. Requested again whenever the page becomes visible, until released. */
  async request(): Promise<boolean> {
    this.#wanted = true
    if (!this.#stop) {
      this.#stop = new AbortController()
      const {signal} = this.#stop
      document.addEventListener('visibilitychange', () => void this.#take(), {signal})
      // Older iOS needs a tap each time.
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
      // Released, or acquired twice, meanwhile.
      if (!this.#wanted || this.held) await sentinel.release()
      else this.#sentinel = sentinel
    } catch {
      // Low battery, or no tap. It may work at the next occasion.
    }
    return this.held
  }
}

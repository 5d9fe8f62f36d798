/**
 * When to try again: later and later, and at once when the phone wakes up or has a network again.
 */

/** The longest wait between two attempts, in milliseconds. */
export const LONGEST = 15_000

/**
 * Milliseconds to wait after so many failures in a row. Never longer than the plain doubling, so
 * that pages which lost the same server do not come back all at once.
 */
export function backoff(failures: number, base: number): number {
  const doubled = Math.min(LONGEST, base * 2 ** Math.max(0, failures - 1))
  return doubled * (0.7 + 0.3 * Math.random())
}

/** Whether nobody can see the page; never where there is no page. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden'
}

/**
 * Call *wake* when the page is seen again, comes back out of the browser's cache, or is online
 * again; once, where several of these come together. Returns what ends it.
 */
export function onWake(wake: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(wake, 0)
  }
  const visible = () => isHidden() || soon()
  const shown = (event: Event) => (event as PageTransitionEvent).persisted && soon()
  const page = globalThis.document
  // Not every place with a `window` is a browser: React Native has one that hears nothing.
  const view = typeof globalThis.window?.addEventListener === 'function' ? window : undefined
  page?.addEventListener('visibilitychange', visible)
  view?.addEventListener('pageshow', shown)
  view?.addEventListener('online', soon)
  return () => {
    clearTimeout(timer)
    page?.removeEventListener('visibilitychange', visible)
    view?.removeEventListener('pageshow', shown)
    view?.removeEventListener('online', soon)
  }
}

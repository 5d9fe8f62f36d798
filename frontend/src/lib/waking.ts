/** When to retry: with growing delays, and at once when the phone wakes up or is online again. */

/** The longest wait between two attempts, in milliseconds. */
export const LONGEST = 15_000

/**
 * Milliseconds to wait after this many failures in a row. Up to 30 % shorter than plain doubling,
 * at random, so that pages which lost the same server do not all come back at once.
 */
export function backoff(failures: number, base: number): number {
  const doubled = Math.min(LONGEST, base * 2 ** Math.max(0, failures - 1))
  return doubled * (0.7 + 0.3 * Math.random())
}

/** Whether the page is hidden; false where there is no page at all. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden'
}

/**
 * Call *wake* when the page becomes visible, returns from the back/forward cache, or is online
 * again; once where several of these coincide. Returns a function that stops it.
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
  // Not every `window` is a browser's: in React Native it has no events.
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

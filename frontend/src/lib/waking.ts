/** When the phone wakes up, or is online again. */

/** Whether the page is hidden; false where there is no page at all. */
export function isHidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden'
}

/**
 * Call *wake* when the page becomes visible, is no longer frozen, returns from the back/forward
 * cache, or is online again; once where several of these coincide. Returns a function that stops it.
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
  page?.addEventListener('resume', visible)
  view?.addEventListener('pageshow', shown)
  view?.addEventListener('online', soon)
  return () => {
    clearTimeout(timer)
    page?.removeEventListener('visibilitychange', visible)
    page?.removeEventListener('resume', visible)
    view?.removeEventListener('pageshow', shown)
    view?.removeEventListener('online', soon)
  }
}

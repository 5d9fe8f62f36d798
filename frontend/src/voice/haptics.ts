/** Vibration, where phones support it (not on iOS) and the user has not asked for less motion. */

const PATTERNS = {sent: [10], 'needs-you': [20, 60, 20], error: [60]}

/** Vibrate; returns whether the browser did. */
export function vibrate(pattern: keyof typeof PATTERNS): boolean {
  const quiet = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches
  if (quiet || typeof navigator.vibrate !== 'function') return false
  // Before the first tap it is refused, with an error in the console.
  if (navigator.userActivation?.hasBeenActive === false) return false
  return navigator.vibrate(PATTERNS[pattern])
}

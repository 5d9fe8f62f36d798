/** Taps that can be felt, where phones allow it (not on iOS) and the user has not asked for less motion. */

const PATTERNS = {sent: [10], 'needs-you': [20, 60, 20], error: [60]}

/** Whether it could be felt. */
export function vibrate(pattern: keyof typeof PATTERNS): boolean {
  const quiet = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches
  if (quiet || typeof navigator.vibrate !== 'function') return false
  // Before the first tap it is refused, and complained of in the console.
  if (navigator.userActivation?.hasBeenActive === false) return false
  return navigator.vibrate(PATTERNS[pattern])
}

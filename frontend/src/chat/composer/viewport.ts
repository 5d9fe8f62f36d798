/** Pixels; a smaller difference is the browser's own bar, not a keyboard. */
const KEYBOARD = 80

/** Keep the composer above the keyboard where that covers the page instead of resizing it (iOS). */
export function aboveKeyboard(): () => void {
  const {visualViewport: seen} = globalThis
  if (!seen) return () => {}
  const {style} = document.documentElement
  const fit = () => {
    const covered = innerHeight - seen.height * seen.scale
    if (covered < KEYBOARD) style.removeProperty('--seen-height')
    else {
      style.setProperty('--seen-height', `${Math.round(seen.height)}px`)
      // iOS scrolls the page up, out of sight.
      scrollTo(0, 0)
    }
  }
  seen.addEventListener('resize', fit)
  return () => {
    seen.removeEventListener('resize', fit)
    style.removeProperty('--seen-height')
  }
}

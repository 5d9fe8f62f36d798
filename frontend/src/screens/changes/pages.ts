/** Going through pages by swiping. */

import {useRef} from 'preact/hooks'

/** Pixels: browsers go back when a finger starts so near the edge; and it means the next page from here on. */
const [EDGE, MEANT] = [28, 64]

type Touch = {x: number; y: number}

/** Calls *turn* with 1 for the next page and -1 for the one before, in the direction of the script. */
export function useSwipePages(turn: (by: 1 | -1) => void) {
  const from = useRef<Touch | null>(null)
  return {
    onTouchStart: ({touches}: TouchEvent) => {
      const touch = touches[0]
      const inside = touches.length === 1 && touch && touch.clientX > EDGE && touch.clientX < innerWidth - EDGE
      from.current = inside ? {x: touch.clientX, y: touch.clientY} : null
    },
    onTouchEnd: ({changedTouches}: TouchEvent) => {
      const [start, end] = [from.current, changedTouches[0]]
      from.current = null
      if (!start || !end || getSelection()?.toString()) return
      const by = pageOf({x: end.clientX - start.x, y: end.clientY - start.y}, isMirrored())
      if (by) turn(by)
    },
    onTouchCancel: () => (from.current = null),
  }
}

/** The script runs from right to left, and so do the pages. */
export function isMirrored(): boolean {
  return document.documentElement.dir === 'rtl'
}

/** Where a finger that moved so far wants to go. */
export function pageOf({x, y}: Touch, mirrored: boolean): 1 | -1 | undefined {
  if (Math.abs(x) < MEANT || Math.abs(x) < 2 * Math.abs(y)) return undefined
  return x < 0 === !mirrored ? 1 : -1
}

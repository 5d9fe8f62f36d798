import {useEffect, useRef, useState} from 'preact/hooks'

import {onNextFrame} from '../state/timers'

/** Characters a frame: in the first one, which also pays for fonts and cold code; at least; at most. */
const FIRST = 150
const LEAST = 150
const MOST = 6000
/**
 * Milliseconds between two frames: below the first there is room for more, above the second it was too much. A
 * slow phone takes 40 for a frame with hardly anything new, so lower limits would save nothing.
 */
const EASY = 50
const HARD = 70

/**
 * The part of a text to draw now. Text that comes faster than this device can draw it is drawn in
 * parts that fit into a frame, so that taps on Stop and Allow are never late.
 */
export function usePaced(text: string): string {
  const pace = useRef({shown: 0, step: FIRST, last: 0})
  const [, again] = useState(0)
  const {current} = pace
  const from = Math.min(current.shown, text.length)
  // Most additions are small, and drawn at once.
  const shown = Math.min(text.length, from + Math.round(current.step))

  useEffect(() => {
    current.shown = shown
    if (shown >= text.length) {
      current.last = 0
      return
    }
    return onNextFrame(() => {
      const now = performance.now()
      const took = current.last && now - current.last
      if (took > HARD) current.step = Math.max(LEAST, current.step / 2)
      else if (took && took < EASY) current.step = Math.min(MOST, current.step * 1.5)
      current.last = now
      again(count => count + 1)
    })
  })

  if (shown >= text.length) return text
  // Do not cut a surrogate pair in two.
  const half = /[\ud800-\udbff]/.test(text[shown - 1] ?? '')
  return text.slice(0, half ? shown + 1 : shown)
}

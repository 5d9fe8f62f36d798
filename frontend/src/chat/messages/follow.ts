import {useSignal, type ReadonlySignal} from '@preact/signals'
import type {RefObject} from 'preact'
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks'

/** Pixels from the bottom within which the user is following the end. */
const NEAR = 80
/** By which the user scrolls. */
const GESTURES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

/**
 * Keep the end of a growing list in sight while the user is there. A user who has scrolled up is
 * left alone, and shown how many rows have come since.
 */
export function useFollow(list: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>, rows: number) {
  const following = useSignal(true)
  const fresh = useSignal(0)
  const had = useRef(rows)
  // Where the user was led to, until the user scrolls: rows above it are still being drawn, and move it.
  const led = useRef<Element | null>(null)

  const toEnd = () => {
    led.current = null
    following.value = true
    fresh.value = 0
    const {current} = list
    if (current) current.scrollTop = current.scrollHeight
  }

  /** Lead the user to a row, which comes now or in a moment. */
  const lead = (row: Element | null) => {
    led.current = row
    following.value = false
    if (row) intoView(row)
  }

  useEffect(() => {
    const [scroller, inside] = [list.current, content.current]
    if (!scroller || !inside) return
    let top = scroller.scrollTop
    let height = scroller.clientHeight
    const onScroll = () => {
      const {scrollTop, scrollHeight, clientHeight} = scroller
      const near = scrollHeight - scrollTop - clientHeight < NEAR
      // Only the user scrolls up; growing content or a rising keyboard merely looks like it.
      const up = scrollTop < top - 1 && clientHeight === height
      ;[top, height] = [scrollTop, clientHeight]
      if (near && !led.current) {
        following.value = true
        fresh.value = 0
      } else if (up) following.value = false
    }
    const onGrowth = () => {
      if (following.peek()) scroller.scrollTop = scroller.scrollHeight
      else if (led.current) intoView(led.current)
    }
    const onGesture = () => (led.current = null)
    for (const gesture of GESTURES) scroller.addEventListener(gesture, onGesture, {passive: true})
    const observer = new ResizeObserver(onGrowth)
    observer.observe(inside)
    observer.observe(scroller)
    scroller.addEventListener('scroll', onScroll, {passive: true})
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', onScroll)
      for (const gesture of GESTURES) scroller.removeEventListener(gesture, onGesture)
    }
  }, [])

  useLayoutEffect(() => {
    if (rows > had.current && !following.peek()) fresh.value += rows - had.current
    had.current = rows
    if (following.peek()) toEnd()
  }, [rows])

  return {following: following as ReadonlySignal<boolean>, fresh: fresh as ReadonlySignal<number>, toEnd, lead}
}

function intoView(row: Element): void {
  row.scrollIntoView({block: row.clientHeight > innerHeight / 3 ? 'start' : 'center'})
}

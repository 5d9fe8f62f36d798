import type {RefObject} from 'preact'
import {useEffect, useState} from 'preact/hooks'

/** As much as can be hidden by rounding. */
const WHOLE = 0.995

/**
 * Whether all of an element is in view now: neither scrolled away nor cut by what is around it. Where the browser
 * cannot tell, it counts as not in view. An element that is empty has nothing to see.
 */
export function useInView(element: RefObject<HTMLElement | null>, what: string): boolean {
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const {current} = element
    setSeen(false)
    if (!current || !globalThis.IntersectionObserver) return
    // In steps, so that it is told also when something large moves a little.
    const threshold = Array.from({length: 21}, (_, step) => step / 20).concat(WHOLE)
    const observer = new IntersectionObserver(
      entries => {
        const {intersectionRatio, isIntersecting, boundingClientRect: {height}} = entries.at(-1)!
        setSeen(isIntersecting && (height < 1 || intersectionRatio >= WHOLE))
      },
      {threshold: threshold.sort()},
    )
    observer.observe(current)
    return () => observer.disconnect()
  }, [what])
  return seen
}

/** Whether somebody has come to the end of what scrolls in an element, however much has come meanwhile. */
export function useRead(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>): {read: boolean; readOn: () => void} {
  const [read, setRead] = useState(false)
  useEffect(() => {
    const {current} = scroller
    if (!current || !content.current || !globalThis.ResizeObserver) return
    let until = 0
    const look = () => {
      // A page in the background shows nothing.
      if (!current.clientHeight) return
      until = Math.max(until, current.scrollTop + current.clientHeight)
      setRead(until >= current.scrollHeight - 4)
    }
    const observer = new ResizeObserver(look)
    observer.observe(current)
    observer.observe(content.current)
    current.addEventListener('scroll', look, {passive: true})
    return () => {
      observer.disconnect()
      current.removeEventListener('scroll', look)
    }
  }, [])
  const readOn = () => {
    const {current} = scroller
    // Some lines stay, to read on from.
    current?.scrollBy({top: Math.max(40, current.clientHeight - 60)})
  }
  return {read, readOn}
}

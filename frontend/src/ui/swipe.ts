import {useEffect, useRef, useState} from 'preact/hooks'

/** Pixels: a finger moves as much by itself; it means to open from here on; and browsers go back when it starts so near the edge. */
const STIR = 10
const MEANT = 56
const EDGE = 28

/** A row that a finger draws aside, towards its beginning, to show what is behind its end. */
export function useSwipe<T extends HTMLElement>() {
  const row = useRef<T>(null)
  const [open, setOpen] = useState(false)
  const from = useRef<{x: number; y: number; moving: boolean} | null>(null)
  const swiped = useRef(false)

  useEffect(() => {
    if (!open) return
    // Whatever is touched elsewhere closes it.
    const close = (event: Event) => row.current?.parentElement?.contains(event.target as Node) || setOpen(false)
    document.addEventListener('pointerdown', close)
    return () => document.removeEventListener('pointerdown', close)
  }, [open])

  const rest = () => {
    from.current = null
    row.current?.style.removeProperty('translate')
  }
  const aside = (x: number) => (getComputedStyle(row.current!).direction === 'rtl' ? x - from.current!.x : from.current!.x - x)

  return {
    row,
    open,
    close: () => setOpen(false),
    props: {
      onPointerDown: ({pointerType, clientX: x, clientY: y}: PointerEvent) => {
        swiped.current = false
        if (pointerType === 'touch' && x > EDGE && x < innerWidth - EDGE) from.current = {x, y, moving: false}
      },
      onPointerMove: ({clientX, clientY}: PointerEvent) => {
        const start = from.current
        if (!start) return
        const far = aside(clientX)
        if (!start.moving) {
          if (Math.abs(clientY - start.y) > STIR) return rest()
          if (Math.abs(far) < STIR) return
          start.moving = swiped.current = true
        }
        const shown = Math.max(0, Math.min(far + (open ? 2 * MEANT : 0), 3 * MEANT))
        row.current!.style.translate = `${getComputedStyle(row.current!).direction === 'rtl' ? shown : -shown}px`
      },
      onPointerUp: ({clientX}: PointerEvent) => {
        if (from.current?.moving) setOpen(aside(clientX) > (open ? -MEANT : MEANT))
        rest()
      },
      onPointerCancel: rest,
      onClickCapture: (event: MouseEvent) => {
        if (!swiped.current) return
        event.preventDefault()
        event.stopPropagation()
      },
    },
  }
}

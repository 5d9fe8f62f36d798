import type {ComponentChildren} from 'preact'
import {useEffect, useRef, useState} from 'preact/hooks'

/** Milliseconds. */
export const HOLD = 1000

interface Props {
  class: string
  onHeld: () => void
  /** It was only tapped. */
  onTapped: () => void
  children: ComponentChildren
}

/** A button that is held, so that nobody presses it by accident. Keys and screen readers, which cannot hold, just press it. */
export function HoldButton({class: name, onHeld, onTapped, children}: Props) {
  const [held, setHeld] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const done = useRef(false)
  const stop = () => {
    clearTimeout(timer.current)
    setHeld(false)
  }
  useEffect(() => stop, [])
  return (
    <button
      type="button"
      class={name}
      data-held={held}
      onPointerDown={() => {
        done.current = false
        setHeld(true)
        timer.current = setTimeout(() => {
          done.current = true
          setHeld(false)
          onHeld()
        }, HOLD)
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={event => event.preventDefault()}
      onClick={event => {
        if (done.current) return
        if (event.detail === 0) onHeld()
        else onTapped()
      }}
    >
      {children}
    </button>
  )
}

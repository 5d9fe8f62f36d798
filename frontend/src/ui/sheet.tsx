import type {ComponentChildren, Ref} from 'preact'
import {useId, useLayoutEffect, useRef} from 'preact/hooks'

import {opened} from '../lib/back'
import {Icon} from './icon'
import {words} from './strings'

interface Props {
  title: string
  /** Called when the user closes it: by the button, Escape, the phone's back button or a tap beside it. */
  onClose: () => void
  children: ComponentChildren
  /** As tall as the screen, for more than a few choices. */
  tall?: boolean
  /** The whole screen. */
  full?: boolean
  /** What scrolls in it. */
  body?: Ref<HTMLDivElement>
  /** Below, always in sight. */
  foot?: ComponentChildren
  /** Ignore taps beside the sheet, which would lose what was typed. */
  sticky?: boolean
}

/**
 * A modal dialog at the bottom of the screen, in reach of the thumb. It is open as long as it is
 * drawn; then the focus returns to where it was.
 */
export function Sheet({title, onClose, children, tall, full, body, foot, sticky}: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const close = useRef(onClose)
  close.current = onClose

  // As it is drawn: an effect may wait for a frame, in which a step back leaves the screen, and a tap goes through.
  useLayoutEffect(() => {
    const there = dialog.current
    const from = document.activeElement
    there?.showModal?.()
    const closed = opened(() => close.current())
    return () => {
      closed()
      there?.close?.()
      // A dialog that is removed from the document does not restore the focus by itself.
      if (from instanceof HTMLElement && from.isConnected) from.focus()
    }
  }, [])

  const beside = (event: MouseEvent) => {
    if (!sticky && event.target === dialog.current) onClose()
  }
  return (
    // The tap beside it is a shortcut; Escape and the button do the same.
    <dialog
      ref={dialog}
      class={full ? 'sheet sheet-full' : tall ? 'sheet sheet-tall' : 'sheet'}
      aria-labelledby={id}
      onClick={beside}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onClose={() => {
        // At a second Escape browsers close it without asking, also one that cannot be closed now.
        if (!dialog.current?.isConnected) return
        onClose()
        setTimeout(() => dialog.current && !dialog.current.open && dialog.current.showModal())
      }}
    >
      <div class="sheet-inside">
        <header class="sheet-head">
          <h2 id={id} dir="auto">{title}</h2>
          <button type="button" class="plain" aria-label={words.close} onClick={onClose}>
            <Icon name="x" />
          </button>
        </header>
        {/* Focusable where it may be all text, so that a keyboard can scroll it. */}
        <div ref={body ?? null} class="sheet-body" tabIndex={body ? 0 : undefined}>{children}</div>
        {foot && <footer class="sheet-foot">{foot}</footer>}
      </div>
    </dialog>
  )
}

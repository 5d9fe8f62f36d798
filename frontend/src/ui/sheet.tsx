import type {ComponentChildren} from 'preact'
import {useEffect, useId, useRef} from 'preact/hooks'

import {Icon} from './icon'
import {words} from './strings'

interface Props {
  title: string
  /** The user wants it gone: by the button, Escape, the back of the phone or a tap beside it. */
  onClose: () => void
  children: ComponentChildren
  /** As high as the screen, for what is more than a choice. */
  tall?: boolean
  /** What was typed must not be lost by a tap beside the sheet. */
  sticky?: boolean
}

/**
 * A dialog that comes from below, in reach of the thumb. It is there as long as it is drawn; the
 * focus goes back to where it came from.
 */
export function Sheet({title, onClose, children, tall, sticky}: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()

  useEffect(() => {
    const there = dialog.current
    const from = document.activeElement
    there?.showModal?.()
    return () => {
      there?.close?.()
      // What is taken out of the document cannot give the focus back by itself.
      if (from instanceof HTMLElement && from.isConnected) from.focus()
    }
  }, [])

  const beside = (event: MouseEvent) => {
    if (!sticky && event.target === dialog.current) onClose()
  }
  return (
    // A tap beside it is a shortcut; Escape and the button do the same.
    <dialog
      ref={dialog}
      class={tall ? 'sheet sheet-tall' : 'sheet'}
      aria-labelledby={id}
      onClick={beside}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
    >
      <div class="sheet-inside">
        <header class="sheet-head">
          <h2 id={id} dir="auto">{title}</h2>
          <button type="button" class="plain" aria-label={words.close} onClick={onClose}>
            <Icon name="x" />
          </button>
        </header>
        <div class="sheet-body">{children}</div>
      </div>
    </dialog>
  )
}

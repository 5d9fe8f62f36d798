import {useRef} from 'preact/hooks'

import {Icon} from '../../ui/icon'
import {words} from '../strings'
import type {MessageActionsProps} from './message-actions'

export type OnActions = (about: Omit<MessageActionsProps, 'chat' | 'onClose'>) => void

/** Milliseconds of a long press, and pixels that a resting finger may move. */
const LONG = 500
const STILL = 10

/** Opens the actions of a message; beside it for a mouse and a keyboard, and always there for a screen reader. */
export function MoreButton({onClick}: {onClick: () => void}) {
  return (
    <button type="button" class="plain message-more" aria-label={words.actions} aria-haspopup="dialog" onClick={onClick}>
      <Icon name="ellipsis" />
    </button>
  )
}

/** What an element needs so that a long press with a finger does something; selecting text and scrolling still work. */
export function usePress(act: () => void) {
  const pressing = useRef<{timer: ReturnType<typeof setTimeout>; x: number; y: number} | null>(null)
  const end = () => {
    clearTimeout(pressing.current?.timer)
    pressing.current = null
  }
  return {
    onPointerDown: ({pointerType, clientX: x, clientY: y, target}: PointerEvent) => {
      end()
      if (pointerType !== 'touch' || (target as Element).closest('button, a, summary, input, pre, .md-table')) return
      const timer = setTimeout(() => {
        // Somebody who has begun to select text wants the text.
        if (!getSelection()?.toString()) act()
      }, LONG)
      pressing.current = {timer, x, y}
    },
    onPointerMove: ({clientX, clientY}: PointerEvent) => {
      const {x, y} = pressing.current ?? {x: clientX, y: clientY}
      if (Math.hypot(clientX - x, clientY - y) > STILL) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}

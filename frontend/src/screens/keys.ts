/** Keys that work wherever one is. Letters alone do so only outside of fields, and can be turned off. */

import {useLayoutEffect} from 'preact/hooks'

import type {Frame} from '../app/make-app'
import {whenStill} from '../lib/back'

/** Start something new, look for something, and the sheet that tells of all keys. */
export function useKeys({app}: Frame, showKeys: () => void): void {
  useLayoutEffect(() => {
    const focus = (selector: string) => {
      const there = () => document.querySelector<HTMLInputElement>(selector)
      if (!there()) app.go('/')
      // The list is drawn by then, however long the browser takes to go back to it.
      whenStill(() => requestAnimationFrame(() => there()?.focus()))
    }
    const actions: Record<string, () => void> = {
      '/': () => focus('.search > input'),
      n: () => focus('#first-words'),
      '?': showKeys,
    }
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isCovered()) return
      const command = event.ctrlKey || event.metaKey
      if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        focus('.search > input')
        return
      }
      const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
      if (!action || command || event.altKey || !app.preferences.letterKeys.peek() || isField(event.target)) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [app])
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** Whether a sheet is open: then its keys count. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open]') !== null
}

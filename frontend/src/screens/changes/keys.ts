import {useLayoutEffect} from 'preact/hooks'

/**
 * Keys that work wherever the focus is, unless something is typed or a sheet is open.
 *
 * They change with what is drawn, not a moment later: a key is meant for what one sees.
 */
export function useKeys(keys: Record<string, () => unknown>) {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const {key, target} = event
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
      if (document.querySelector('dialog[open]')) return
      if (target instanceof Element && target.closest('input, textarea, select, [contenteditable]')) return
      if (!keys[key]) return
      event.preventDefault()
      keys[key]()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })
}

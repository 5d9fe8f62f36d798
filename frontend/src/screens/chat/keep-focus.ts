/**
 * Move the focus to the conversation when the focused element is removed: a card that was
 * answered, a button that is no longer needed. Otherwise keyboards and screen readers would start
 * again at the top of the page. Returns a function that stops it.
 */
export function keepFocus(chat: HTMLElement): () => void {
  let last: Element | null = null
  const onFocus = ({target}: FocusEvent) => {
    last = target as Element
  }
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return
    last = null
    document.getElementById('messages')?.focus({preventScroll: true})
  })
  observer.observe(chat, {childList: true, subtree: true})
  document.addEventListener('focusin', onFocus)
  return () => {
    observer.disconnect()
    document.removeEventListener('focusin', onFocus)
  }
}

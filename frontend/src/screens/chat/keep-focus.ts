/**
 * Gives the focus to the conversation when what had it goes away: a card that was answered, a
 * button that is needed no more. Otherwise a keyboard or a screen reader would begin at the top of
 * the page again. Returns what ends it.
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

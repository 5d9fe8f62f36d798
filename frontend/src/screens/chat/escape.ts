import {useLayoutEffect} from 'preact/hooks'

import type {ChatContext} from '../../chat/state/chat-context'
import {words} from '../../chat/strings'

/** Escape stops the agent, unless it closes or clears something, such as the *work* that is shown: one key, one effect. */
export function useEscape({app, conversation, aloud}: ChatContext, work: boolean): void {
  // With what is drawn: a key is meant for the session that one sees.
  useLayoutEffect(() => {
    if (work) return
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || event.repeat) return
      if (document.querySelector('dialog[open]') || clears(event.target)) return
      if (aloud.speaking.peek()) aloud.stop()
      else if (conversation.busy.peek() && !app.readOnly.peek()) {
        app.announce(words.stoppedIt)
        void conversation.actions.stop()
      } else return
      event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [conversation, work])
}

/** Browsers clear a field for searching. */
function clears(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'search' && target.value !== ''
}

/** The buttons of a headset or a car. They are routed to a page only while it plays something: silence. */

import {silence} from '../voice/silence'

export interface Buttons {
  talk(): void
  next(): void
  repeat(): void
}

/** Play silence during a tap, and listen to the buttons; returns a function that stops it. */
export function listenToHeadset(title: string, {talk, next, repeat}: Buttons): () => void {
  const {mediaSession} = navigator as Partial<Navigator>
  if (!mediaSession || typeof MediaMetadata === 'undefined') return () => {}
  const address = URL.createObjectURL(silence())
  const audio = new Audio(address)
  audio.loop = true
  const handlers: [MediaSessionAction, () => void][] = [
    ['play', talk], ['pause', talk], ['nexttrack', next], ['previoustrack', repeat],
  ]
  const handle = () => {
    for (const [action, then] of handlers) mediaSession.setActionHandler(action, then)
  }
  mediaSession.metadata = new MediaMetadata({title})
  handle()
  // Some browsers forget them when it begins.
  audio.addEventListener('playing', handle)
  audio.play().catch(() => {})
  return () => {
    audio.pause()
    audio.removeAttribute('src')
    URL.revokeObjectURL(address)
    for (const [action] of handlers) mediaSession.setActionHandler(action, null)
    mediaSession.metadata = null
  }
}

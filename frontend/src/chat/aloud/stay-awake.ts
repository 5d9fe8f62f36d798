import {computed, effect} from '@preact/signals'

import type {ScreenLock} from '../../voice/wake-lock'
import type {ChatContext} from '../state/chat-context'

/** Keep the screen on while the agent works or is read aloud, if the user wants that; returns a function that stops it. */
export function keepAwake({app, conversation, aloud}: ChatContext): () => void {
  let lock: Promise<ScreenLock> | undefined
  const wanted = computed(
    () => app.preferences.stayAwake.value && (conversation.busy.value || aloud.speaking.value !== ''),
  )
  const end = effect(() => {
    const now = wanted.value
    if (!now && !lock) return
    lock ??= import('../../voice/wake-lock').then(({ScreenLock}) => new ScreenLock())
    lock.then(
      async screen => void (await (wanted.peek() ? screen.request() : screen.release())),
      () => void (lock = undefined),
    )
  })
  return () => {
    end()
    void lock?.then(screen => screen.release(), () => {})
  }
}

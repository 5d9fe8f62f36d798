/** Tells the user, on every screen, that an agent needs an answer: by title, badge, sound and announcement. */

import {useSignalEffect} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import {groupOf} from '../app/groups'
import {isHidden} from '../lib/waking'
import type {Frame} from '../app/make-app'
import {words} from '../app/strings'

export function useAttention({app, route, seen, updates}: Frame): void {
  const before = useRef<Set<string> | null>(null)
  const watched = useRef({open: '', left: '', updates: 0})

  // An open conversation is seen as it grows; the list learns of its messages a little later.
  useSignalEffect(() => {
    const was = watched.current
    const now = route.value
    const news = updates.value
    const open = now.screen === 'chat' && !isHidden() ? now.sessionId : ''
    const left = was.open === open ? was.left : was.open
    for (const session of app.sessions.peek()) {
      if ([left, open].includes(session.session_id)) seen.mark(session)
    }
    if (was.open && was.open !== open) app.refresh()
    watched.current = {open, left: news === was.updates ? left : '', updates: news}
  })
  useEffect(() => {
    const hide = () => {
      const now = route.peek()
      const open = now.screen === 'chat' && !isHidden() ? now.sessionId : ''
      watched.current = {...watched.current, open}
    }
    document.addEventListener('visibilitychange', hide)
    return () => document.removeEventListener('visibilitychange', hide)
  }, [])

  useSignalEffect(() => {
    const now = route.value
    const open = now.screen === 'chat' ? now.sessionId : ''
    const needing = app.sessions.value.filter(
      session => groupOf(session, seen.all.value[session.session_id]) === 'needs',
    )
    const session = app.sessions.value.find(({session_id}) => session_id === open)
    const title = session ? `${app.titleOf(session)} · ${words.janus}` : words.janus
    document.title = needing.length ? `(${needing.length}) ${title}` : title
    badge(needing.length)

    // What was already there when the page was opened can be seen in the list.
    const fresh = before.current && needing.filter(({session_id}) => !before.current?.has(session_id) && session_id !== open)
    if (app.loaded.value) before.current = new Set(needing.map(({session_id}) => session_id))
    for (const one of fresh ?? []) app.announce(words.needsYou(app.titleOf(one)), true)
    if (fresh?.length) void signalIt(app.preferences)
  })
}

function badge(count: number): void {
  const {setAppBadge, clearAppBadge} = navigator as Partial<Navigator>
  const done = count ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator)
  // Not installed, or not allowed: the title shows the number as well.
  done?.catch(() => {})
}

async function signalIt({sounds, vibration}: Frame['app']['preferences']): Promise<void> {
  try {
    if (vibration.peek()) (await import('../voice/haptics')).vibrate('needs-you')
    if (sounds.peek()) (await earcons()).play('needs-you')
  } catch {
    // Offline, the code for sounds may be missing.
  }
}

let loaded: Promise<import('../voice/earcons').Earcons> | undefined
function earcons() {
  loaded ??= import('../voice/earcons').then(({Earcons}) => new Earcons())
  return loaded
}

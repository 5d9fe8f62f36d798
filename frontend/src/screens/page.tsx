import {useSignalEffect} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import type {Frame} from '../app/make-app'
import {words} from '../app/strings'
import {Announcer} from '../ui/announcer'
import {useAttention} from './attention'
import {Banner} from './banner'
import {lazy} from '../ui/lazy'
import {NewSession} from './sessions/new-session'
import {Pair} from './devices/pair'
import {SessionList} from './sessions/session-list'
import {SessionMenu} from './sessions/session-menu'
import {useWide} from '../ui/wide'

const Chat = lazy(async () => (await import('./chat/chat')).Chat)
const Settings = lazy(async () => (await import('./settings/settings')).Settings)

/** Safari has no `requestIdleCallback`. */
const whenIdle = globalThis.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 500))

export function Page(frame: Frame) {
  const paired = frame.paired.value
  return (
    <>
      {paired && !frame.code.value ? <Screens frame={frame} /> : <Pair {...frame} />}
      <Announcer />
    </>
  )
}

/** One screen at a time; on wide displays the list stays beside it. */
function Screens({frame}: {frame: Frame}) {
  const {app, route, managed, seen, previews} = frame
  const wide = useWide()
  const now = route.value
  const listed = now.screen === 'list' || now.screen === 'new'
  const current = now.screen === 'chat' ? now.sessionId : ''
  useAttention(frame)

  // Fetch the code that is needed next while the browser is idle.
  useEffect(() => {
    whenIdle(() => {
      Chat.prefetch()
      Settings.prefetch()
    })
  }, [])

  // The focused element may have gone with its screen: a screen reader continues in the new one.
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus({preventScroll: true})
  }, [now.screen, current])

  useSignalEffect(() => {
    const sessions = app.sessions.value
    // Until the server has answered, these are the sessions of the last visit.
    if (app.loaded.value) seen.meet(sessions)
    const {screen} = route.value
    previews.look(sessions, wide || screen === 'list')
  })

  const list = <SessionList frame={frame} current={current} />
  const session = app.sessions.value.find(({session_id}) => session_id === managed.value)
  return (
    <div class="frame">
      <Banner app={app} />
      <div class="panes">
        {wide && <aside class="pane-list" aria-label={words.sessions}>{list}</aside>}
        <main ref={main} class="pane" tabIndex={-1}>
          {now.screen === 'chat' && <Chat key={current} app={app} sessionId={current} />}
          {now.screen === 'settings' && <Settings frame={frame} />}
          {listed && (wide ? <Nothing /> : list)}
        </main>
      </div>
      {now.screen === 'new' && <NewSession frame={frame} />}
      {managed.value && (
        <SessionMenu key={managed.value} app={app} session={session} onClose={() => (managed.value = null)} />
      )}
    </div>
  )
}

/** Beside the list while no conversation is open. */
function Nothing() {
  return (
    <div class="nothing">
      <img src="/icon.svg" alt="" width="96" height="96" />
      <p class="hint">{words.chooseOne}</p>
    </div>
  )
}

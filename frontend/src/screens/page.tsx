import {base} from '../lib/base'
import {useSignal, useSignalEffect} from '@preact/signals'
import {useEffect, useMemo, useRef} from 'preact/hooks'

import type {Frame} from '../app/make-app'
import {words} from '../app/strings'
import {Announcer} from '../ui/announcer'
import {useAttention} from './attention'
import {Banner} from './banner'
import {lazy} from '../ui/lazy'
import {aboveKeyboard} from '../chat/composer/viewport'
import {Pair} from './devices/pair'
import {useKeys} from './keys'
import {SessionList} from './sessions/session-list'
import {useWide} from '../ui/wide'

const SessionMenu = lazy(async () => (await import('./sessions/session-menu')).SessionMenu)
const NewSession = lazy(async () => (await import('./sessions/new-session')).NewSession)
const Chat = lazy(async () => (await import('./chat/chat')).Chat)
const Drive = lazy(async () => (await import('../drive/drive')).Drive)
const FromTheTerminal = lazy(async () => (await import('./projects/terminal')).FromTheTerminal)
const Projects = lazy(async () => (await import('./projects/projects')).Projects)
const Share = lazy(async () => (await import('./sessions/share')).Share)
const KeysSheet = lazy(async () => (await import('./keys-sheet')).KeysSheet)
const Settings = lazy(async () => (await import('./settings/settings')).Settings)

/** Fetch the code of a conversation, and what its answers are drawn with, at once. */
function fetchChat(): void {
  Chat.prefetch()
  void import('../text/markdown').catch(() => {})
}

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
  const {app, route, managed, seen, asked} = frame
  const wide = useWide()
  const now = route.value
  const listed = ['list', 'new', 'projects', 'terminal', 'share'].includes(now.screen)
  const current = now.screen === 'chat' ? now.sessionId : ''
  const keys = useSignal(false)
  const offered = useRef(false)
  if (now.screen === 'share') offered.current = true
  useKeys(frame, () => (keys.value = true))
  useAttention(frame)
  useEffect(aboveKeyboard, [])

  // Fetch the code that is needed now, and that which is needed next.
  useMemo(() => current && fetchChat(), [current])
  useEffect(() => {
    void frame.contact.then(fetchChat)
    void frame.settled.then(() => {
      Settings.prefetch()
      SessionMenu.prefetch()
      NewSession.prefetch()
    })
    // What was shared and put nowhere yet is offered again, by a page that has not done so.
    void frame.settled
      .then(() => import('../lib/shared'))
      .then(async ({isSharedWaiting}) => (await isSharedWaiting()) && !offered.current && route.peek().screen === 'list' && app.go('/share'))
      .catch(() => {})
  }, [])

  // The focused element may have gone with its screen: a screen reader continues in the new one.
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus({preventScroll: true})
  }, [now.screen, current])

  // An agent that ran for the first time has told what it lets its user choose.
  useEffect(() => {
    const ran = app.sessions.peek().find(({session_id}) => session_id === current)?.agent
    const known = app.agents.peek().find(({name}) => name === ran)
    return () => {
      if (known && !known.options?.length) void frame.refreshServerInfo()
    }
  }, [current])

  useSignalEffect(() => {
    const sessions = app.sessions.value
    // Until the server has answered, these are the sessions of the last visit.
    if (app.loaded.value) seen.meet(sessions)
    if (wide || route.value.screen === 'list') asked.look(sessions)
  })

  const list = <SessionList frame={frame} current={current} />
  return (
    <div class="frame">
      <Banner app={app} />
      <div class="panes">
        {wide && now.screen !== 'drive' && <aside class="pane-list" aria-label={words.sessions}>{list}</aside>}
        <main ref={main} class="pane" tabIndex={-1}>
          {now.screen === 'chat' && <Chat key={current} app={app} sessionId={current} message={now.message} work={now.work} />}
          {now.screen === 'settings' && <Settings frame={frame} />}
          {now.screen === 'drive' && <Drive app={app} sessionId={now.sessionId} />}
          {listed && (wide ? <Nothing /> : list)}
        </main>
      </div>
      {now.screen === 'new' && <NewSession frame={frame} />}
      {now.screen === 'projects' && <Projects frame={frame} />}
      {now.screen === 'terminal' && <FromTheTerminal frame={frame} onClose={() => app.go('/')} />}
      {now.screen === 'share' && <Share frame={frame} problem={now.problem} />}
      {keys.value && <KeysSheet app={app} onClose={() => (keys.value = false)} />}
      {managed.value && (
        <SessionMenu key={managed.value.id} frame={frame} managed={managed.value} onClose={() => (managed.value = null)} />
      )}
    </div>
  )
}

/** Beside the list while no conversation is open. */
function Nothing() {
  return (
    <div class="nothing">
      <img src={`${base}/icon.svg`} alt="" width="96" height="96" />
      <p class="hint">{words.chooseOne}</p>
      <p class="hint nothing-keys"><kbd>?</kbd> {words.pressForKeys}</p>
    </div>
  )
}

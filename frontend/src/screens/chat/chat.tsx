import '../../style/text.css'
import '../../style/chat.css'
import '../../style/messages.css'
import '../../style/steps.css'
import '../../style/dock.css'
import '../../style/ask.css'

import {useSignal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import type {App} from '../../app/app'
import {workPath, type WorkRoute} from '../../app/route'
import {foldersOf} from '../../chat/messages/turn-line'
import {OpenFile, type FileOpener} from '../../text/path-link'
import type {FilePlace} from '../../text/paths'
import {base} from '../../lib/base'
import {joined} from '../../lib/drafts'
import {lazy} from '../../ui/lazy'
import {Banner} from './banner'
import {Composer} from '../../chat/composer/composer'
import {useFiles} from '../../chat/composer/files'
import {wordsWithout} from '../../chat/said'
import {Conversation} from '../../chat/state/conversation'
import {Feedback} from '../../chat/aloud/feedback'
import {Header} from './header'
import {keepFocus} from './keep-focus'
import {loadMarkdown} from '../../chat/messages/message-text'
import {MessageList} from '../../chat/messages/message-list'
import {narrate} from '../../chat/aloud/narrate'
import {PlanBar} from '../../chat/messages/plan-bar'
import {Queue} from '../../chat/composer/queue'
import {ReadAloud} from '../../chat/aloud/read-aloud'
import {words} from '../../chat/strings'
import {useRoomy} from '../../ui/wide'
import {useEscape} from './escape'
import {keepAwake} from '../../chat/aloud/stay-awake'
import type {ChatContext} from '../../chat/state/chat-context'
import {WorkBar} from '../../chat/messages/work-bar'

const AskCard = lazy(async () => (await import('../../chat/questions/ask-card')).AskCard)
const Ended = lazy(async () => (await import('./ended')).Ended)
const Changes = lazy(async () => (await import('../changes/changes')).Changes)
const Side = lazy(async () => (await import('./side')).Side)
const FilesAway = lazy(async () => (await import('../changes/away')).FilesAway)
const FileScreen = lazy(async () => (await import('../files/file-screen')).FileScreen)
const Later = lazy(async () => (await import('../../chat/composer/later')).Later)
const SendLater = lazy(async () => (await import('./send-later')).SendLater)
const Menu = lazy(async () => (await import('./menu')).Menu)

interface Props {
  app: App
  sessionId: string
  /** The message to begin at; else it is the end. */
  message?: string | undefined
  /** What is shown instead of what was said, which stays as it is beneath. */
  work?: WorkRoute | undefined
}

/** The screen of one conversation, and of its work. */
export function Chat({app, sessionId, message, work}: Props) {
  const draft = useSignal(app.drafts.load(sessionId))
  const files = useFiles(app, () => sessionId)
  const menu = useSignal(false)
  const sendLater = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const chat = useMemo(() => {
    const conversation = new Conversation(app, sessionId)
    const compose: ChatContext['compose'] = (text, stay) => {
      // Its field is gone: what was taken back, say, is there when somebody returns.
      if (conversation.closed) return app.drafts.add(sessionId, text)
      draft.value = joined(draft.value, text, stay ? ' ' : '\n')
      // Somebody who dictates does not want the keyboard.
      if (!stay) document.getElementById('composer')?.focus()
    }
    const change: ChatContext['change'] = said => {
      const text = wordsWithout(said)
      if (text) compose(text)
      if (said.attachments?.length) void files.giveBack(said.attachments)
    }
    const feedback = new Feedback(app.preferences)
    return {app, conversation, feedback, aloud: new ReadAloud(app, conversation), compose, change} satisfies ChatContext
  }, [app, sessionId])
  const {conversation, aloud} = chat
  const roomy = useRoomy()
  // Where there is room, the work stands beside what was said.
  const alone = Boolean(work) && !roomy
  useEscape(chat, Boolean(work))
  const away = app.fleet.away(sessionId)
  const opener = useMemo((): FileOpener => {
    const to = (place: FilePlace) => workPath(sessionId, {view: 'file', ...place})
    return {folders: () => foldersOf(app, sessionId), href: place => `#${to(place)}`, open: place => app.go(to(place))}
  }, [app, sessionId])

  useEffect(() => {
    loadMarkdown()
    AskCard.prefetch()
    const endings = [narrate(chat), aloud.follow(), keepAwake(chat), keepFocus(root.current!)]
    return () => {
      for (const end of endings) end()
    }
  }, [chat])
  // Also if it is left before it was painted: then no other effect begins, nor ends.
  useLayoutEffect(() => () => conversation.close(), [chat])

  useReturningFocus(Boolean(work))
  const over = conversation.ended.value
  useEffect(() => void (over && app.fleet.learn(sessionId).catch(() => {})), [over])

  const unknown = conversation.state.value?.seq === 0 && app.loaded.value && !conversation.rows.value.length &&
    !app.sessions.value.some(({session_id}) => session_id === sessionId)
  if (unknown) return <div ref={root} class="chat"><Unknown app={app} /></div>
  return (
    <>
      <div ref={root} class={alone ? 'chat chat-beneath' : 'chat'} inert={alone}>
        <Header chat={chat} onMenu={() => (menu.value = true)} />
        <PlanBar plan={conversation.plan} />
        <OpenFile.Provider value={away ? null : opener}>
          <MessageList chat={chat} wanted={message} />
        </OpenFile.Provider>
        <section class="dock" aria-label={words.composer}>
          <Banner chat={chat} />
          <Asked chat={chat} />
          <WorkBar chat={chat} />
          <LaterOf chat={chat} />
          <Queue chat={chat} />
          <Composer chat={chat} draft={draft} files={files} />
        </section>
        {menu.value && <Menu chat={chat} onClose={() => (menu.value = false)} onLater={() => (sendLater.value = true)} />}
        {sendLater.value && <SendLater chat={chat} draft={draft} files={files} onClose={() => (sendLater.value = false)} />}
      </div>
      {work && away && <FilesAway chat={chat} name={away.name} />}
      {work?.view === 'changes' && !away && <Changes chat={chat} turn={work.turn} path={work.path} />}
      {roomy && !work && <Side chat={chat} />}
      {work?.view === 'file' && !away && <FileScreen key={work.path} chat={chat} path={work.path} line={work.line} />}
    </>
  )
}

/** While something else is shown, the focus is there; then it is where it was. */
function useReturningFocus(away: boolean) {
  const from = useRef<Element | null>(null)
  useLayoutEffect(() => {
    if (away) from.current = document.activeElement
    else if (from.current instanceof HTMLElement && from.current.isConnected) from.current.focus({preventScroll: true})
  }, [away])
}

/** A link that leads to nothing, or not any more. */
function Unknown({app}: {app: App}) {
  return (
    <div class="face stack">
      <img src={`${base}/icon.svg`} alt="" width="72" height="72" />
      <h1>{words.unknown.title}</h1>
      <p>{words.unknown.text}</p>
      <button type="button" class="button button-main button-thumb" onClick={() => app.go('/')}>{words.allSessions}</button>
    </div>
  )
}

/** What waits for its time, or for a limit. */
function LaterOf({chat}: {chat: ChatContext}) {
  const {scheduled, limit_resets_at: resets} = chat.conversation.state.value ?? {}
  return scheduled?.length || resets ? <Later chat={chat} /> : null
}

/** A question, or the end of the session. Rarely needed at once, so fetched after the conversation. */
function Asked({chat}: {chat: ChatContext}) {
  const {ended, permissions, sessionId} = chat.conversation
  if (ended.value) return <Ended chat={chat} />
  if (chat.app.fleet.away(sessionId)) return null
  return permissions.value.length > 0 ? <AskCard chat={chat} /> : null
}

import '../../style/changes.css'

import {untracked, useSignal, useSignalEffect} from '@preact/signals'
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import type {ChatContext} from '../../chat/state/chat-context'
import {workPath, type WorkRoute} from '../../app/route'
import {ChangesList} from './list'
import {UndoSheet} from '../../chat/messages/undo-sheet'
import {lazy} from '../../ui/lazy'
import {CommentsSheet} from './comments-sheet'
import {FileView} from './file'
import {ChangesModel} from './model'
import type {Place} from './place'
import {Review} from './review'

const LandSheet = lazy(async () => (await import('../landing/land-sheet')).LandSheet)

interface Props {
  chat: ChatContext
  turn?: string | undefined
  /** The file that is looked at; the list of all without one. */
  path?: string | undefined
}

/** What a session, or one turn of it, changed: the list of files, or one of them. */
export function Changes({chat, turn, path}: Props) {
  const {app, conversation} = chat
  const id = conversation.sessionId
  const model = useMemo(() => new ChangesModel(chat, turn), [chat, turn])
  const review = useMemo(() => new Review(chat), [chat])
  const sheet = useSignal<'comments' | 'land' | 'undo' | null>(null)
  const close = () => (sheet.value = null)
  const screen = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => () => model.close(), [model])
  useSignalEffect(() => {
    // What waited on this device is told as soon as Janus answers again.
    if (app.connection.reached.value) untracked(() => void review.load())
  })

  // A screen reader and the keys go on where the page does.
  useLayoutEffect(() => screen.current?.querySelector('h1')?.focus({preventScroll: true}), [path, turn])

  const show = (work: Partial<WorkRoute & {view: 'changes'}>, instead?: 'instead') =>
    app.go(workPath(id, {view: 'changes', ...(turn && {turn}), ...work}), instead)
  const place: Place = {
    chat, model, review,
    open: file => show({path: file}),
    turnTo: file => show({path: file}, 'instead'),
    list: () => show({}),
    leave: () => app.go(`/s/${id}`),
    openFile: (file, line) => app.go(workPath(id, {view: 'file', path: file, ...(line && {line})})),
    all: () => app.go(workPath(id, {view: 'changes'})),
    show: what => (sheet.value = what),
  }
  return (
    <div ref={screen} class="work-screen">
      {path ? <FileView key={path} place={place} path={path} /> : <ChangesList place={place} />}
      {sheet.value === 'comments' && <CommentsSheet place={place} onClose={close} />}
      {sheet.value === 'land' && <LandSheet chat={chat} onClose={close} onChanged={() => model.refresh()} />}
      {sheet.value === 'undo' && turn && <UndoSheet app={app} sessionId={id} turn={turn} onClose={close} onChanged={() => model.refresh()} />}
    </div>
  )
}

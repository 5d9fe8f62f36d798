/** How a turn ended, on one line. */

import {useSignal} from '@preact/signals'

import {workPath} from '../../app/route'
import type {FileChange, Message} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../state/chat-context'
import {stopLine, undo, words} from '../strings'
import {countOf} from './changes'

/** Seconds from which it is worth saying how long a turn took. */
const LONG = 1

interface Props {
  message: Message
  chat: ChatContext
}

/** What may have changed files, whether or not the agent tells how. */
const CHANGING = ['edit', 'delete', 'move', 'execute', 'other']
const UndoSheet = lazy(async () => (await import('./undo-sheet')).UndoSheet)

/** Steps, files, how long it took, why it stopped; and what it changed. */
export function TurnLine({message, chat: {app, conversation}}: Props) {
  const undoing = useSignal(false)
  const {content, turn_id: turn, tool_calls: calls, stop_reason: reason, seconds = 0, changed} = message
  const changes = changesOf(message)
  // What git saw counts; what the agent told of its edits is shown, and counts where there is no git.
  const told = {files: new Set(changes.map(({path}) => path)).size, ...countOf(changes)}
  const {files, added, removed} = changed ?? told
  const mayChange = files > 0 || calls.some(({kind, status}) => status === 'completed' && CHANGING.includes(kind))
  const stop = stopLine(reason)
  const facts = [
    calls.length > 0 && words.stepCount(calls.length),
    files > 0 && words.filesChanged(files, added, removed),
    seconds >= LONG && words.seconds(seconds),
  ].filter(Boolean)
  const silent = !content.trim() && !stop
  if (!facts.length && !stop && !silent) return null
  return (
    <div class="turn-line">
      <p class="hint">
        {silent && <span>{words.saidNothing}{facts.length > 0 && ' '}</span>}
        {stop && <strong class="answer-stop" dir="auto">{stop}</strong>}
        {facts.length > 0 && <span>{stop && ' · '}{facts.join(' · ')}</span>}
      </p>
      {mayChange && turn && !app.fleet.of(conversation.sessionId) && (
        <span class="turn-buttons">
          <button type="button" class="plain turn-changes" onClick={() => app.go(workPath(conversation.sessionId, {view: 'changes', turn}))}>
            {words.viewChanges}
          </button>
          {!app.readOnly.value && (
            <button type="button" class="plain turn-changes" aria-haspopup="dialog" onClick={() => (undoing.value = true)}>{undo.open}</button>
          )}
        </span>
      )}
      {undoing.value && turn && <UndoSheet app={app} sessionId={conversation.sessionId} turn={turn} onClose={() => (undoing.value = false)} />}
    </div>
  )
}

/** Under the newest answer: what is done with it most. */
export function LastRow({message: {id, content, stop_reason: reason}, chat: {conversation, aloud}, onMore}: Props & {onMore: () => void}) {
  const speaking = aloud.speaking.value === id
  const copy = async () => conversation.notice.show((await copyText(content)) ? words.copied : words.notCopied)
  return (
    <div class="last-row">
      <button type="button" class="plain" aria-label={words.copy} onClick={() => void copy()}><Icon name="copy" /></button>
      {aloud.supported && (
        <button
          type="button"
          class="plain"
          aria-label={speaking ? words.stopSpeaking : words.speak}
          onClick={() => (speaking ? aloud.stop() : aloud.read(id, content, stopLine(reason)))}
        >
          <Icon name={speaking ? 'volume-x' : 'volume-2'} />
        </button>
      )}
      <button type="button" class="plain" aria-label={words.actions} aria-haspopup="dialog" onClick={onMore}><Icon name="ellipsis" /></button>
    </div>
  )
}

/** What was changed, by the steps that were allowed and worked. */
function changesOf({tool_calls: calls}: Message): FileChange[] {
  return calls.filter(({status}) => status === 'completed').flatMap(({changes = []}) => changes)
}

/** Folders that a path in a session need not begin with. */
export function foldersOf(app: ChatContext['app'], sessionId: string): string[] {
  const session = app.sessions.value.find(known => known.session_id === sessionId)
  return [session?.worktree_path, ...app.projects.value.map(({path}) => path)].filter(path => typeof path === 'string')
}

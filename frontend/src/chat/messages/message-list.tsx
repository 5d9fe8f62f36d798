import {useSignal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import {lazy} from '../../ui/lazy'
import {Icon} from '../../ui/icon'
import {Answer, PromptMessage} from './message'
import type {MessageActionsProps} from './message-actions'
import type {ChatContext} from '../state/chat-context'
import {useFollow} from './follow'
import type {Row} from '../state/rows'
import {clock, moment, reasonOf, words} from '../strings'

const Actions = lazy(async () => (await import('./message-actions')).MessageActions)

/** The conversation. Not a live region: the announcer says what is worth saying. */
export function MessageList({chat}: {chat: ChatContext}) {
  const {conversation} = chat
  const list = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const acting = useSignal<Omit<MessageActionsProps, 'chat' | 'onClose'> | null>(null)
  const rows = conversation.rows.value
  const lastSaid = rows.findLast(row => row.kind === 'prompt')?.key
  const {following, fresh, toEnd} = useFollow(list, content, rows.length)

  // Scroll to the message the user has just sent.
  const first = useRef(true)
  useEffect(() => {
    if (!first.current) toEnd()
    first.current = false
  }, [lastSaid])

  const onActions = useMemo(() => (about: NonNullable<typeof acting.value>) => (acting.value = about), [])
  return (
    <div class="messages-frame">
      {/* Focusable, so that a keyboard can scroll it. */}
      <section ref={list} id="messages" class="messages" aria-labelledby="messages-title" tabIndex={0}>
        <h2 id="messages-title" class="visually-hidden">{words.conversation}</h2>
        <div ref={content} class="messages-inside">
          <Earlier chat={chat} list={list} />
          {rows.length === 0 && (
            <p class="messages-empty hint">{conversation.opened.value ? words.empty : words.opening}</p>
          )}
          {rows.map(row => (
            <RowView key={row.key} row={row} chat={chat} onActions={onActions} />
          ))}
        </div>
      </section>
      {!following.value && (
        <button type="button" class="button latest" onClick={toEnd}>
          <Icon name="arrow-down" />
          {fresh.value ? words.latestNew(fresh.value) : words.latest}
        </button>
      )}
      {acting.value && <Actions {...acting.value} chat={chat} onClose={() => (acting.value = null)} />}
    </div>
  )
}

interface RowProps {
  row: Row
  chat: ChatContext
  onActions: (about: Omit<MessageActionsProps, 'chat' | 'onClose'>) => void
}

function RowView({row, chat, onActions}: RowProps) {
  const {conversation} = chat
  switch (row.kind) {
    case 'time':
      return <p class="messages-time hint">{moment(row.at)}</p>
    case 'new':
      return <h2 class="messages-new">{words.newSince(clock(conversation.lastHere))}</h2>
    case 'prompt': {
      const {id, text, delivery, error} = row
      return <PromptMessage {...{id, text, delivery, error, chat, onActions}} />
    }
    case 'reply': {
      const cell = conversation.cell(row.key)
      return cell ? <Answer cell={cell} chat={chat} onActions={onActions} /> : null
    }
  }
}

/** Loads earlier messages on request, without moving what the user is reading. */
function Earlier({chat, list}: {chat: ChatContext; list: {current: HTMLElement | null}}) {
  const {conversation} = chat
  const loading = useSignal(false)
  const held = useRef<{row: Element; top: number} | null>(null)
  const more = conversation.more.value

  useLayoutEffect(() => {
    const {row, top} = held.current ?? {}
    if (list.current && row) list.current.scrollTop += row.getBoundingClientRect().top - top!
    held.current = null
  }, [more])

  if (!more) return null
  const load = async () => {
    loading.value = true
    try {
      await conversation.loadEarlier(() => {
        const row = list.current?.querySelector('.message')
        held.current = row ? {row, top: row.getBoundingClientRect().top} : null
      })
    } catch (error) {
      conversation.notice.show(reasonOf(error))
    }
    loading.value = false
  }
  return (
    <button type="button" class="button messages-earlier" disabled={loading.value} onClick={load}>
      {loading.value ? words.loadingEarlier : words.loadEarlier(more)}
    </button>
  )
}

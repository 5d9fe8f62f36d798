import {useSignal} from '@preact/signals'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import {base} from '../../lib/base'
import {lazy} from '../../ui/lazy'
import {Icon} from '../../ui/icon'
import {Context} from './context'
import {Answer} from './message'
import {PromptMessage} from './prompt'
import type {MessageActionsProps} from './message-actions'
import type {OnActions} from './more'
import type {ChatContext} from '../state/chat-context'
import {useFollow} from './follow'
import type {Row} from '../state/rows'
import {clock, moment} from '../../app/time'
import {reasonOf, toldLine, words} from '../strings'

const Actions = lazy(async () => (await import('./message-actions')).MessageActions)

/** The conversation. Not a live region: the announcer says what is worth saying. */
export function MessageList({chat, wanted}: {chat: ChatContext; wanted?: string | undefined}) {
  const {conversation} = chat
  const list = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const acting = useSignal<Omit<MessageActionsProps, 'chat' | 'onClose'> | null>(null)
  const rows = conversation.rows.value
  const lastSaid = rows.findLast(row => row.kind === 'prompt')?.key
  const {following, fresh, toEnd, lead} = useFollow(list, content, rows.length)

  // Scroll to the message the user has just sent.
  const before = useRef(lastSaid)
  useEffect(() => {
    // The first one that there is was said before.
    if (before.current) toEnd()
    before.current = lastSaid
  }, [lastSaid])

  // Show the message that was found elsewhere, once its row is drawn.
  const opened = conversation.opened.value
  const target = useSignal('')
  useEffect(() => {
    if (!wanted || !opened) return
    lead(null)
    let still = true
    conversation.find(wanted).then(
      key => still && (key ? (target.value = key) : conversation.notice.show(words.notFound)),
      (error: unknown) => still && conversation.notice.show(reasonOf(error)),
    )
    // Another one is looked for.
    return () => void (still = false)
  }, [wanted, opened])
  useLayoutEffect(() => {
    const row = target.value && content.current?.querySelector(`[data-row="${CSS.escape(target.value)}"]`)
    if (!row) return
    target.value = ''
    lead(row)
    mark(row)
  }, [rows, target.value])

  const onActions = useMemo(() => (about: NonNullable<typeof acting.value>) => (acting.value = about), [])
  return (
    <div class="messages-frame">
      {/* Focusable, so that a keyboard can scroll it. */}
      <section ref={list} id="messages" class="messages" aria-labelledby="messages-title" tabIndex={0}>
        <h2 id="messages-title" class="visually-hidden">{words.conversation}</h2>
        <div ref={content} class="messages-inside">
          <Earlier chat={chat} list={list} />
          {rows.length === 0 && (
            <div class="messages-empty">
              {conversation.opened.value && <img src={`${base}/icon.svg`} alt="" width="72" height="72" />}
              <p class="hint">{conversation.opened.value ? words.empty : words.opening}</p>
            </div>
          )}
          <Context chat={chat} />
          {rows.map(row => (
            <RowView key={row.key} row={row} chat={chat} onActions={onActions} />
          ))}
          <Told chat={chat} />
        </div>
      </section>
      {!following.value && (
        <button type="button" class="button latest" aria-label={fresh.value ? undefined : words.latest} onClick={toEnd}>
          <Icon name="arrow-down" />
          {fresh.value > 0 && words.latestNew(fresh.value)}
        </button>
      )}
      {acting.value && <Actions {...acting.value} chat={chat} onClose={() => (acting.value = null)} />}
    </div>
  )
}

/** When the owner was told of the end of the conversation while away, and whether that was seen. */
function Told({chat: {conversation}}: {chat: ChatContext}) {
  const told = conversation.state.value?.told
  const last = conversation.rows.value.findLast(row => row.kind === 'prompt')
  // What is said since then is news of its own.
  if (!told || conversation.busy.value || (last?.kind === 'prompt' && last.at > Date.parse(told.at))) return null
  return <p class="messages-told hint"><Icon name={told.unseen ? 'circle-alert' : 'bell'} />{toldLine(told)}</p>
}

interface RowProps {
  row: Row
  chat: ChatContext
  onActions: OnActions
}

function RowView({row, chat, onActions}: RowProps) {
  const {conversation} = chat
  switch (row.kind) {
    case 'time':
      return <p class="messages-time hint">{moment(row.at)}</p>
    case 'new':
      return <h2 class="messages-new">{words.newSince(clock(conversation.lastHere))}</h2>
    case 'prompt': {
      return <PromptMessage prompt={row} chat={chat} onActions={onActions} />
    }
    case 'reply': {
      const cell = conversation.cell(row.key)
      return cell ? <Answer cell={cell} chat={chat} onActions={onActions} /> : null
    }
  }
}

/** Mark a row for a moment. */
function mark(row: Element): void {
  const ring = (colour: string) => ({outline: `2px solid ${colour}`, outlineOffset: '2px'})
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  row.animate?.([ring('var(--accent)'), ring('transparent')], {duration: 2500, easing: 'ease-in'})
}

/** Loads earlier messages at the top, or on request, without moving what the user is reading. */
function Earlier({chat, list}: {chat: ChatContext; list: {current: HTMLElement | null}}) {
  const {conversation} = chat
  const loading = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  const held = useRef<{row: Element; top: number} | null>(null)
  const more = conversation.more.value

  useLayoutEffect(() => {
    const {row, top} = held.current ?? {}
    if (list.current && row) list.current.scrollTop += row.getBoundingClientRect().top - top!
    held.current = null
  }, [more])

  const load = async () => {
    if (loading.peek()) return
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
  const some = more > 0
  useEffect(() => {
    if (!button.current || !globalThis.IntersectionObserver) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void load(), {root: list.current})
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [some])

  if (!some) return null
  return (
    <button ref={button} type="button" class="button messages-earlier" aria-disabled={loading.value} onClick={load}>
      {loading.value ? words.loadingEarlier : words.loadEarlier(more)}
    </button>
  )
}

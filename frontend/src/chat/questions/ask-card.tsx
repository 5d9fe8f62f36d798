/** A question of the agent, above the composer where the keyboard does not hide it. */

import {useSignal} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import type {Answers, Permission, PermissionOption} from '../../lib/types'
import {lazy} from '../../ui/lazy'
import type {ChatContext} from '../state/chat-context'
import {Options, placed} from './options'
import {PermissionDetails} from './permission-details'
import {QuestionDetails} from './question-details'
import {reasonOf, words} from '../strings'

const Form = lazy(async () => (await import('./form')).Form)

/** Milliseconds during which taps are ignored: they were meant for what was there before. */
const ARMING = 400

export function AskCard({chat}: {chat: ChatContext}) {
  const asked = chat.conversation.permissions.value
  const [first] = asked
  return first ? <Card key={first.request_id} asked={first} of={asked.length} chat={chat} /> : null
}

function Card({asked, of, chat}: {asked: Permission; of: number; chat: ChatContext}) {
  const {app, conversation} = chat
  const heading = useRef<HTMLHeadingElement>(null)
  const armed = useSignal(false)
  const sending = useSignal(false)
  const problem = useSignal('')

  useEffect(() => {
    const timer = setTimeout(() => (armed.value = true), ARMING)
    if (!isTyping()) heading.current?.focus({preventScroll: true})
    return () => clearTimeout(timer)
  }, [])

  const answer = async (option: PermissionOption, answers?: Answers) => {
    if (!armed.value || sending.value) return
    sending.value = true
    problem.value = ''
    try {
      await conversation.actions.answer(asked.request_id, option.id, answers)
    } catch (error) {
      problem.value = reasonOf(error)
      app.announce(problem.value, true)
    }
    sending.value = false
  }
  const {deny} = placed(asked.options)
  const denyAndSay = async (option: PermissionOption) => {
    if (!armed.value) return
    await answer(option)
    if (!problem.value) document.getElementById('composer')?.focus()
  }
  const busy = sending.value || !armed.value
  const isPermission = asked.kind === 'permission'
  return (
    <section class="ask-card" aria-labelledby="asked" aria-busy={sending.value}>
      <header class="ask-head">
        <h2 id="asked" ref={heading} tabIndex={-1} dir="auto">
          {isPermission ? words.allowWhat(asked.tool_call?.kind) : asked.title || words.question}
        </h2>
        {of > 1 && <span class="hint">{words.which(1, of)}</span>}
      </header>
      {isPermission ? <PermissionDetails asked={asked} chat={chat} /> : <QuestionDetails asked={asked} />}
      {problem.value && <p class="note note-wrong" dir="auto">{problem}</p>}
      {app.readOnly.value ? null : asked.fields ? (
        <Form fields={asked.fields} options={asked.options} busy={busy} onAnswer={answer} announce={app.announce} />
      ) : (
        <Options options={asked.options} busy={busy} onAnswer={option => void answer(option)}>
          {deny && isPermission && (
            <button type="button" class="plain ask-small" aria-disabled={busy} onClick={() => void denyAndSay(deny)}>
              {words.denyAndSay}
            </button>
          )}
        </Options>
      )}
    </section>
  )
}

function isTyping(): boolean {
  return document.activeElement?.matches('input, textarea, select') ?? false
}

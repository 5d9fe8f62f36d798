/** A question of the agent: the same in the list, in the conversation, and full screen. */

import {useSignal} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import type {App} from '../../app/app'
import type {Answers, Permission, PermissionOption} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {foldersOf} from '../messages/turn-line'
import {reasonOf, words} from '../strings'
import {Details} from './details'
import {Form} from './form'
import {useInView} from './in-view'
import {isRefusal, Options} from './options'
import {Review} from './review'
import {useArmed} from './armed'

export interface AskProps {
  app: App
  sessionId: string
  asked: Permission
  /** How many are asked in this session. */
  of: number
  /** In the list: a form opens apart. */
  compact?: boolean
  /** Where it would be done, if the list does not know the session. */
  where?: {project?: string | undefined; branch?: string | null | undefined}
  /** Sends the answer. Rejects with words for the user if it was not taken. */
  onAnswer: (option: PermissionOption, answers?: Answers) => Promise<void>
}

/** Nothing can be allowed that was not in view as a whole; then there is *Review* instead. */
export function Ask(props: AskProps) {
  const {app, sessionId, asked, of, compact = false, onAnswer} = props
  const heading = useRef<HTMLHeadingElement>(null)
  const inside = useRef<HTMLDivElement>(null)
  const sending = useSignal(false)
  const problem = useSignal('')
  const reviewing = useSignal(false)
  const inView = useInView(inside, asked.request_id)
  const armed = useArmed(`${asked.request_id} ${inView}`)

  useEffect(() => {
    if (!compact && !isTyping()) heading.current?.focus({preventScroll: true})
  }, [])

  const answer = async (option: PermissionOption, answers?: Answers, reason = '') => {
    if (sending.value) return
    sending.value = true
    problem.value = ''
    try {
      await onAnswer(option, answers)
      // After the refusal, so that the agent hears why it was refused, and not something else first.
      if (reason) void app.outbox.add({sessionId, text: reason})
    } catch (error) {
      problem.value = reasonOf(error)
      app.announce(problem.value, true)
    }
    sending.value = false
  }
  const busy = sending.value || !armed
  const isPermission = asked.kind === 'permission'
  const title = isPermission ? words.allowWhat(asked.tool_call?.kind) : asked.title || words.question
  const place = placeOf(props)
  const details = () => <Details asked={asked} {...place} picture={id => app.api.image(sessionId, id)} />
  const refusals = asked.options.filter(isRefusal)
  const deny = refusals.length === 1 ? refusals[0] : undefined
  const review = () => (reviewing.value = true)
  const headingId = `asked-${asked.request_id}`
  return (
    <section class={compact ? 'ask-card ask-compact' : 'ask-card'} role={compact ? 'group' : undefined} aria-labelledby={headingId} aria-busy={sending.value}>
      <header class="ask-head">
        <h2 id={headingId} ref={heading} tabIndex={-1} dir="auto">{title}</h2>
        {of > 1 && <span class="hint">{words.which(1, of)}</span>}
      </header>
      {/* Long text scrolls inside: it must be focusable for keyboards. */}
      <section class="ask-more" role="group" aria-label={words.details} tabIndex={0}>
        <div ref={inside} class="ask-inside">{details()}</div>
      </section>
      {problem.value && <p class="note note-wrong" dir="auto">{problem}</p>}
      {app.readOnly.value ? null : asked.fields && !compact ? (
        <Form fields={asked.fields} options={asked.options} busy={busy} onAnswer={(option, answers) => (busy ? Promise.resolve() : answer(option, answers))} announce={app.announce} />
      ) : asked.fields ? (
        <div class="ask-pair">
          {deny ? (
            <button type="button" class="button ask-big" aria-disabled={busy} onClick={() => busy || void answer(deny)}>
              <span dir="auto">{deny.name}</span>
            </button>
          ) : <span />}
          <button type="button" class="button button-main ask-big" aria-haspopup="dialog" onClick={review}>
            <Icon name="eye" /> {words.answer}
          </button>
        </div>
      ) : (
        <Options
          options={asked.options}
          busy={busy}
          onAnswer={option => void answer(option)}
          onReason={isPermission ? (option, reason) => void answer(option, undefined, reason) : undefined}
          onReview={inView ? undefined : review}
        />
      )}
      {reviewing.value && (
        <Review
          title={title}
          asked={asked}
          details={details()}
          problem={problem.value}
          sending={sending.value}
          announce={app.announce}
          onAnswer={answer}
          onClose={() => (reviewing.value = false)}
        />
      )}
    </section>
  )
}

/** Where something would be done: its project and branch, not the path of a folder. */
function placeOf({app, sessionId, where, asked}: AskProps): {where: string; folders: string[]} {
  const session = app.sessions.value.find(known => known.session_id === sessionId)
  const {project, branch} = session ?? where ?? {}
  const kind = asked.tool_call?.kind
  const folders = foldersOf(app, sessionId)
  return {where: kind === 'fetch' || !project ? '' : words.where(project, branch ?? ''), folders}
}

function isTyping(): boolean {
  return document.activeElement?.matches('input, textarea, select') ?? false
}


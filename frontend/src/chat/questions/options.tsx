import {useSignal} from '@preact/signals'
import {useEffect, useRef} from 'preact/hooks'

import type {PermissionOption} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {words} from '../strings'

interface Props {
  options: PermissionOption[]
  busy: boolean
  onAnswer: (option: PermissionOption) => void
  /** Refuse, and tell the agent why. */
  onReason?: ((option: PermissionOption, reason: string) => void) | undefined
  /** Where not all was in view: all but refusals wait behind this. */
  onReview?: (() => void) | undefined
}

/**
 * The agent's own options. No at the left, yes at the right; permanent choices below and smaller. They take the same room
 * with *Review* in place of a yes: else what is in view would depend on what is drawn because of it, and flicker.
 */
export function Options({options, busy, onAnswer, onReason, onReview}: Props) {
  const {deny, allow, others} = placed(options)
  const explaining = useSignal(false)
  const instead = onReview && (allow ?? others.find(option => !isRefusal(option)))
  const button = (option: PermissionOption, classes: string) => {
    if (onReview && !isRefusal(option)) {
      return option === instead
        ? <button key="review" type="button" class={`button ask-instead ${classes}`} data-name={option.name} aria-haspopup="dialog" onClick={onReview}>
            <span><Icon name="eye" /> {words.review}</span>
          </button>
        : <span key={option.id} class={`button ask-instead ask-unseen ${classes}`} data-name={option.name} />
    }
    return (
      // Not `disabled`: a disabled button loses the focus for good.
      <button key={option.id} type="button" class={`button ${classes}`} aria-disabled={busy} onClick={() => busy || onAnswer(option)}>
        <span dir="auto">{option.name}</span>
      </button>
    )
  }
  if (deny && onReason && explaining.value) {
    return <Reason busy={busy} onBack={() => (explaining.value = false)} onSend={reason => onReason(deny, reason)} />
  }
  return (
    <div class="ask-options">
      {deny && allow && (
        <div class="ask-pair">
          {button(deny, 'ask-big')}
          {button(allow, 'ask-big button-main')}
        </div>
      )}
      {!(deny && allow) && others.length > 0 && <div class="ask-others">{others.map(option => button(option, 'ask-small'))}</div>}
      {deny && allow && (others.length > 0 || onReason) && (
        <details class="ask-choices">
          <summary>{words.moreChoices}<Icon name="chevron-down" /></summary>
          <div class="ask-others">
            {others.map(option => button(option, 'ask-small'))}
            {onReason && (
              <button type="button" class="button ask-small" onClick={() => (explaining.value = true)}>{words.denyAndSay}</button>
            )}
          </div>
        </details>
      )}
    </div>
  )
}

function Reason({busy, onBack, onSend}: {busy: boolean; onBack: () => void; onSend: (reason: string) => void}) {
  const reason = useSignal('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const send = (event: Event) => {
    event.preventDefault()
    if (!busy) onSend(reason.value.trim())
  }
  return (
    <form class="ask-reason" onSubmit={send}>
      <textarea
        ref={field}
        class="input"
        rows={2}
        dir="auto"
        aria-label={words.reason}
        placeholder={words.reason}
        value={reason.value}
        onInput={event => (reason.value = event.currentTarget.value)}
      />
      <div class="ask-pair">
        <button type="button" class="button" onClick={onBack}>{words.back}</button>
        <button class="button button-main" aria-disabled={busy}>{words.denyIt}</button>
      </div>
    </form>
  )
}

export interface Placed {
  /** At the left. */
  deny?: PermissionOption
  /** At the right: allows it this once. */
  allow?: PermissionOption
  /** Below and smaller: permanent choices, and kinds that are not known. */
  others: PermissionOption[]
}

/** The place of each option: the same on every card, so that the thumb learns it. */
export function placed(options: readonly PermissionOption[]): Placed {
  const [deny, allow] =
    options.length === 2 && options.every(({kind}) => !kind)
      ? [options.find(({id}) => /^(?:decline|reject|false)$/i.test(id)), options.find(({id}) => /^(?:accept|true)$/i.test(id))]
      : [only(options, 'reject_once'), only(options, 'allow_once')]
  // One of them alone would look as if the other were missing.
  if (!deny || !allow) return {others: [...options]}
  return {deny, allow, others: options.filter(option => option !== deny && option !== allow)}
}

/** The one option of a kind; of several, none stands for the others. */
function only(options: readonly PermissionOption[], kind: string): PermissionOption | undefined {
  const found = options.filter(option => option.kind === kind)
  return found.length === 1 ? found[0] : undefined
}

/** Whether an option says no, once: it may be chosen unread. */
export function isRefusal({kind, id}: PermissionOption): boolean {
  return kind === 'reject_once' || (!kind && /^(?:__decline__|decline)$/.test(id))
}

import type {ComponentChildren} from 'preact'

import type {PermissionOption} from '../../lib/types'

interface Props {
  options: PermissionOption[]
  busy: boolean
  onAnswer: (option: PermissionOption) => void
  /** Further actions, below all options. */
  children?: ComponentChildren
}

/** No at the left, yes at the right; permanent choices below and smaller. */
export function Options({options, busy, onAnswer, children}: Props) {
  const {deny, allow, others} = placed(options)
  const button = (option: PermissionOption, classes: string) => (
    // Not `disabled`: a disabled button loses the focus for good.
    <button key={option.id} type="button" class={`button ${classes}`} aria-disabled={busy} onClick={() => onAnswer(option)}>
      <span dir="auto">{option.name}</span>
    </button>
  )
  return (
    <div class="ask-options">
      {deny && allow && (
        <div class="ask-pair">
          {button(deny, 'ask-big')}
          {button(allow, 'ask-big button-main')}
        </div>
      )}
      {others.length > 0 && <div class="ask-others">{others.map(option => button(option, 'ask-small'))}</div>}
      {children}
    </div>
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
      : [options.find(({kind}) => kind === 'reject_once'), options.find(({kind}) => kind === 'allow_once')]
  // One of them alone would look as if the other were missing.
  if (!deny || !allow) return {others: [...options]}
  return {deny, allow, others: options.filter(option => option !== deny && option !== allow)}
}

import type {ComponentChildren} from 'preact'

import type {PermissionOption} from '../../lib/types'

interface Props {
  options: PermissionOption[]
  busy: boolean
  onAnswer: (option: PermissionOption) => void
  /** What else can be done, below all. */
  children?: ComponentChildren
}

/** No at the left, yes at the right, and what is for always below and smaller. */
export function Options({options, busy, onAnswer, children}: Props) {
  const {deny, allow, others} = placed(options)
  const button = (option: PermissionOption, classes: string) => (
    // Not `disabled`: it would lose the focus, and come back without it.
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
  /** At the right: the one that allows no more than this once. */
  allow?: PermissionOption
  /** Below, smaller: what is for always, and all that is not known. */
  others: PermissionOption[]
}

/** Where the options of a question go, so that a thumb that knows one card knows all. */
export function placed(options: readonly PermissionOption[]): Placed {
  const [deny, allow] =
    options.length === 2 && options.every(({kind}) => !kind)
      ? [options.find(({id}) => /^(?:decline|reject|false)$/i.test(id)), options.find(({id}) => /^(?:accept|true)$/i.test(id))]
      : [options.find(({kind}) => kind === 'reject_once'), options.find(({kind}) => kind === 'allow_once')]
  // One alone at its side would look as if something were missing.
  if (!deny || !allow) return {others: [...options]}
  return {deny, allow, others: options.filter(option => option !== deny && option !== allow)}
}

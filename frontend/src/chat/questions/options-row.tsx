import type {ComponentChildren} from 'preact'

import type {PermissionOption} from '../../lib/types'
import {placed} from './options'

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

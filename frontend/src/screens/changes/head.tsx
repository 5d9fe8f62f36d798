import type {ComponentChildren} from 'preact'

import {Icon} from '../../ui/icon'

interface Props {
  title: ComponentChildren
  hint: ComponentChildren
  /** What the arrow does. */
  back: string
  onBack: () => void
  children?: ComponentChildren
}

/** The head of a screen about files. */
export function Head({title, hint, back, onBack, children}: Props) {
  return (
    <header class="chat-head">
      <button type="button" class="plain" aria-label={back} onClick={onBack}><Icon name="arrow-left" /></button>
      <div class="chat-title">
        <h1 tabIndex={-1}>{title}</h1>
        <p class="hint">{hint}</p>
      </div>
      {children}
    </header>
  )
}

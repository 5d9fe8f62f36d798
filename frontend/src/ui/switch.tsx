import type {Signal} from '@preact/signals'

interface SwitchProps {
  title: string
  hint: string
  value: Signal<boolean>
  /** Not available in this browser. */
  off?: boolean
}

export function Switch({title, hint, value, off = false}: SwitchProps) {
  return (
    <label class="choice">
      <span>{title}{hint && <small>{hint}</small>}</span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        checked={value.value && !off}
        aria-checked={value.value && !off}
        disabled={off}
        onChange={event => (value.value = event.currentTarget.checked)}
      />
    </label>
  )
}

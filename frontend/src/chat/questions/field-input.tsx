import {useId} from 'preact/hooks'

import type {Field} from '../../lib/types'
import type {Values} from './fields'
import {words} from '../strings'

interface Props {
  field: Field
  value: Values[string]
  /** What is wrong with the value, in words; empty if nothing is. */
  problem: string
  onChange: (value: Values[string]) => void
}

/** Above this number, choices are easier to find in the phone's own list. */
const FEW = 6

/** One field with its label, description and problem. */
export function FieldInput(props: Props) {
  const {field, value, problem, onChange} = props
  const id = useId()
  const {kind, title, required, choices = []} = field
  const name = (
    <>
      {title} {!required && kind !== 'boolean' && <small class="hint">({words.optional})</small>}
    </>
  )
  const told = [field.description && `${id}-hint`, problem && `${id}-wrong`].filter(Boolean).join(' ') || undefined
  const notes = <Notes id={id} field={field} problem={problem} />
  const common = {id, 'aria-describedby': told, 'aria-invalid': problem ? ('true' as const) : undefined}

  if (kind === 'boolean') {
    return (
      <div class="field">
        <label class="choice card">
          <input {...common} type="checkbox" checked={value === true} onChange={e => onChange(e.currentTarget.checked)} />
          <span dir="auto">{name}</span>
        </label>
        {notes}
      </div>
    )
  }
  if (kind === 'choices' || (kind === 'choice' && required && choices.length <= FEW)) {
    return (
      <fieldset class="field" aria-describedby={told}>
        <legend dir="auto">{name}</legend>
        {notes}
        <div class="choices card">
          {choices.map(choice => (
            <Choice key={choice.id} group={id} choice={choice} many={kind === 'choices'} value={value} onChange={onChange} />
          ))}
        </div>
      </fieldset>
    )
  }
  return (
    <div class="field">
      <label for={id} dir="auto">{name}</label>
      {notes}
      {kind === 'choice' ? (
        <select {...common} class="input" value={String(value)} onChange={e => onChange(e.currentTarget.value)}>
          <option value="">{words.choose}</option>
          {choices.map(choice => <option key={choice.id} value={choice.id}>{choice.name}</option>)}
        </select>
      ) : kind === 'text' ? (
        <textarea {...common} class="input" rows={1} dir="auto" aria-required={required} value={String(value)} onInput={e => onChange(e.currentTarget.value)} />
      ) : (
        // Not type=number: its value is empty when the text is not a number.
        <input
          {...common}
          class="input"
          type="text"
          inputMode={kind === 'integer' ? 'numeric' : 'decimal'}
          autocomplete="off"
          aria-required={required}
          value={String(value)}
          onInput={e => onChange(e.currentTarget.value)}
        />
      )}
    </div>
  )
}

function Notes({id, field, problem}: {id: string; field: Field; problem: string}) {
  return (
    <>
      {field.description && <p class="hint" id={`${id}-hint`} dir="auto">{field.description}</p>}
      {problem && <p class="field-wrong" id={`${id}-wrong`}>{problem}</p>}
    </>
  )
}

interface ChoiceProps {
  group: string
  choice: {id: string; name: string}
  many: boolean
  value: Values[string]
  onChange: Props['onChange']
}

function Choice({group, choice, many, value, onChange}: ChoiceProps) {
  const chosen = Array.isArray(value) ? value : [value]
  const toggle = (on: boolean) => {
    if (!many) onChange(choice.id)
    else onChange([...(chosen as string[]).filter(id => id !== choice.id), ...(on ? [choice.id] : [])])
  }
  return (
    <label class="choice">
      <input
        type={many ? 'checkbox' : 'radio'}
        name={group}
        value={choice.id}
        checked={chosen.includes(choice.id)}
        onChange={event => toggle(event.currentTarget.checked)}
      />
      <span dir="auto">{choice.name}</span>
    </label>
  )
}

import {useSignal} from '@preact/signals'
import {useRef} from 'preact/hooks'

import type {Answers, Field, PermissionOption} from '../../lib/types'
import {FieldInput} from './field-input'
import {answersOf, valuesOf, wrongWith} from './fields'
import {Options} from './options'

interface Props {
  fields: Field[]
  options: PermissionOption[]
  busy: boolean
  onAnswer: (option: PermissionOption, answers?: Answers) => Promise<void>
  announce: (sentence: string, urgent?: boolean) => void
}

/** A form of the agent. The values stay when Janus does not accept them. */
export function Form({fields, options, busy, onAnswer, announce}: Props) {
  const values = useSignal(valuesOf(fields))
  const wrong = useSignal<Record<string, string>>({})
  const form = useRef<HTMLDivElement>(null)

  const choose = (option: PermissionOption) => {
    if (option.id !== 'accept') {
      void onAnswer(option)
      return
    }
    wrong.value = wrongWith(fields, values.value)
    const bad = fields.find(field => Object.hasOwn(wrong.value, field.id))
    if (!bad) {
      void onAnswer(option, answersOf(fields, values.value))
      return
    }
    announce(`${bad.title}: ${wrong.value[bad.id]}`, true)
    const place = form.current?.children[fields.indexOf(bad)]
    place?.querySelector<HTMLElement>('input, textarea, select')?.focus()
  }
  return (
    <>
      <div class="ask-form" ref={form}>
        {fields.map(field => (
          <FieldInput
            key={field.id}
            field={field}
            value={values.value[field.id]!}
            problem={Object.hasOwn(wrong.value, field.id) ? wrong.value[field.id]! : ''}
            onChange={value => {
              values.value = Object.fromEntries([...Object.entries(values.value), [field.id, value]])
            }}
          />
        ))}
      </div>
      <Options options={options} busy={busy} onAnswer={choose} />
    </>
  )
}

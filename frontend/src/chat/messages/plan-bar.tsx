import type {ReadonlySignal} from '@preact/signals'

import type {PlanEntry} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {words} from '../strings'

/** The progress of the agent's plan: `3/7 · Update the tests`. */
export function PlanBar({plan}: {plan: ReadonlySignal<PlanEntry[]>}) {
  const entries = plan.value
  if (!entries.length) return null
  const done = entries.filter(({status}) => status === 'completed').length
  const now = entries.find(({status}) => status === 'in_progress') ?? entries.find(({status}) => status === 'pending')
  return (
    <details class="plan">
      <summary>
        <Icon name="list-checks" />
        <span class="plan-line">
          {words.plan} {done}/{entries.filter(({status}) => status !== 'cancelled').length} · <span dir="auto">{now?.content ?? words.planDone}</span>
        </span>
        <Icon name="chevron-right" class="turning" />
      </summary>
      <PlanList entries={entries} />
    </details>
  )
}

/** All of the plan. */
export function PlanList({entries}: {entries: PlanEntry[]}) {
  return (
    <ol class="plan-list">
      {entries.map(({content, status}, index) => (
        <li key={index} class={`plan-${status}`}>
          <Icon name={status === 'completed' ? 'circle-check' : status === 'in_progress' ? 'loader-circle' : 'square'} />
          <span dir="auto">{content}</span>
          <span class="visually-hidden">, {words.planStatus[status] ?? status}</span>
        </li>
      ))}
    </ol>
  )
}

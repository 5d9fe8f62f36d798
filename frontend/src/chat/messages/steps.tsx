/** What the agent did for an answer: one line a step, with its output behind it. */

import type {ToolCall} from '../../lib/types'
import {PathCode} from '../../text/path-link'
import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import {countOf} from './changes'
import {changeOf, foldTitle, iconOf, lineOf, stepsOf} from './tools'
import {useSignal} from '@preact/signals'
import {words} from '../strings'

const ToolOutput = lazy(async () => (await import('./tool-output')).ToolOutput)

interface Props {
  calls: ToolCall[]
  /** Seconds a call took, if known. */
  took: (id: string) => number | undefined
  /** Fetches a picture, as an address that an `img` can have. */
  picture: (id: string) => Promise<string>
}

export function Steps({calls, ...how}: Props) {
  return (
    <ul class="steps" aria-label={words.steps}>
      {stepsOf(calls).map(step =>
        step.kind === 'call' ? (
          <li key={step.call.id}>
            <Step call={step.call} {...how} />
          </li>
        ) : (
          <li key={step.key}>
            <Fold calls={step.calls} {...how} />
          </li>
        ),
      )}
    </ul>
  )
}

function Fold({calls, ...how}: Props) {
  const running = calls.some(({status}) => status === 'in_progress')
  const times = calls.map(call => call.seconds ?? how.took(call.id))
  const sum = times.every(time => time !== undefined) ? times.reduce((a, b) => a! + b!, 0) : undefined
  return (
    <details class="step">
      <summary>
        <Icon name="file-text" />
        <span class="step-line" dir="auto">{foldTitle(calls)}</span>
        <Outcome status={running ? 'in_progress' : 'completed'} seconds={sum} />
      </summary>
      <ul class="steps steps-inner">
        {calls.map(call => (
          <li key={call.id}>
            <Step call={call} {...how} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function Step({call, took, picture}: {call: ToolCall} & Omit<Props, 'calls'>) {
  const {verb, target} = lineOf(call)
  const change = call.changes ? countOf(call.changes) : changeOf(call)
  const failed = call.status === 'failed'
  const pictures = Boolean(call.images?.length)
  // The output is fetched and drawn only when it is opened.
  const open = useSignal(failed || pictures)
  const bare = !call.output?.trim() && !pictures
  const line = (
    <>
      <Icon name={iconOf(call)} />
      <span class="step-line" dir="auto">
        {verb && `${verb} `}
        {bare ? <PathCode text={target} /> : <code dir="ltr" translate={false}>{target}</code>}
      </span>
      {change && <span class="step-counts" dir="ltr">+{change.added} −{change.removed}</span>}
      <Outcome status={call.status} seconds={call.seconds ?? took(call.id)} />
    </>
  )
  if (bare) return <div class="step step-bare">{line}</div>
  return (
    <details class={failed ? 'step step-failed' : 'step'} open={failed || pictures} onToggle={event => (open.value ||= event.currentTarget.open)}>
      <summary>{line}</summary>
      {open.value && <ToolOutput call={call} picture={picture} />}
    </details>
  )
}

function Outcome({status, seconds}: {status: ToolCall['status']; seconds: number | undefined}) {
  const icon = {in_progress: 'loader-circle', completed: 'check', failed: 'x', rejected: 'x', cancelled: 'square'} as const
  // An icon alone would not say what happened.
  const spelled = status === 'rejected' || status === 'cancelled'
  return (
    <span class={`step-outcome step-${status}`}>
      {seconds !== undefined && seconds >= 0.1 && <span class="step-time">{words.seconds(seconds)}</span>}
      {spelled && <span aria-hidden="true">{words.toolStatus[status]}</span>}
      <Icon name={icon[status]} class={status === 'in_progress' ? 'icon-spin' : ''} />
      <span class="visually-hidden">, {words.toolStatus[status]}</span>
    </span>
  )
}

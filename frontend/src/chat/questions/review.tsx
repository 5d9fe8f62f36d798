import type {ComponentChildren} from 'preact'
import {useRef} from 'preact/hooks'

import type {Answers, Permission, PermissionOption} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {words} from '../strings'
import {useArmed} from './armed'
import {Form} from './form'
import {useRead} from './in-view'
import {isRefusal, Options} from './options'

interface Props {
  title: string
  asked: Permission
  details: ComponentChildren
  problem: string
  sending: boolean
  announce: (sentence: string, urgent?: boolean) => void
  onAnswer: (option: PermissionOption, answers?: Answers, reason?: string) => Promise<void>
  onClose: () => void
}

/** A question full screen: its answers stay in sight, and allow something once its end was reached. */
export function Review({title, asked, details, problem, sending, announce, onAnswer, onClose}: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const {read, readOn} = useRead(scroller, content)
  const busy = !useArmed(`${asked.request_id} ${read}`) || sending
  const deny = asked.options.filter(isRefusal)
  const answer = (option: PermissionOption, answers?: Answers, reason?: string) => (busy ? Promise.resolve() : onAnswer(option, answers, reason))
  const foot = asked.fields ? null : read ? (
    <Options options={asked.options} busy={busy} onAnswer={option => void answer(option)} onReason={asked.kind === 'permission' ? (option, reason) => void answer(option, undefined, reason) : undefined} />
  ) : (
    <div class="ask-pair">
      {deny.length === 1 ? (
        <button type="button" class="button ask-big" aria-disabled={busy} onClick={() => void answer(deny[0]!)}>
          <span dir="auto">{deny[0]!.name}</span>
        </button>
      ) : <span />}
      <button type="button" class="button button-main ask-big" onClick={readOn}>
        <Icon name="arrow-down" /> {words.readOn}
      </button>
    </div>
  )
  return (
    <Sheet title={title} onClose={onClose} full sticky body={scroller} foot={foot}>
      <div ref={content} class="ask-inside">
        {details}
        {problem && <p class="note note-wrong" role="alert" dir="auto">{problem}</p>}
        {asked.fields && <Form fields={asked.fields} options={asked.options} busy={busy} onAnswer={answer} announce={announce} />}
      </div>
    </Sheet>
  )
}

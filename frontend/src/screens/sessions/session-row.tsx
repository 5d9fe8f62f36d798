import {groupOf, hasFailed, isUnread} from '../../app/groups'
import type {SessionInfo} from '../../lib/types'
import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {ago} from '../../app/time'
import {Ask} from './ask'
import {Icon, type IconName} from '../../ui/icon'

interface Props {
  frame: Frame
  session: SessionInfo
  /** Open beside the list. */
  current: boolean
}

/** One session in the list. */
export function SessionRow({frame, session, current}: Props) {
  const {app, previews, seen} = frame
  const id = session.session_id
  const known = seen.all.value[id]
  const preview = previews.all.value[id]
  const unread = isUnread(session, known) && !current
  const group = groupOf(session, known)
  const title = app.titleOf(session)
  const agent = app.agents.value.find(({name}) => name === session.agent)?.label ?? session.agent
  const [icon, status] = statusOf(session)
  const plan = group === 'working' ? preview?.plan : undefined
  const path = `/s/${id}`

  const open = (event: MouseEvent) => {
    event.preventDefault()
    app.go(path)
  }
  return (
    <li class="row card" data-group={group} data-failed={hasFailed(session)} data-current={current}>
      <div class="row-top">
        <a class="row-main" href={`#${path}`} onClick={open} aria-current={current ? 'page' : undefined}>
          <span class="row-icon"><Icon name={icon} class={icon === 'loader-circle' ? 'icon-spin' : ''} /></span>
          <span class="row-text">
            <span class="row-title">
              <strong dir="auto">{title}</strong>
              {unread && <span class="row-unread">{words.unread}</span>}
              <time dateTime={session.last_activity}>{ago(session.last_activity)}</time>
            </span>
            <span class="row-line">
              <span class="row-status">{status}</span>
              {title !== agent && <> · <span dir="auto">{agent}</span></>}
              {plan && <> · {words.planSteps(plan.done, plan.total)}</>}
            </span>
            {preview?.line && !preview.permissions.length && <span class="row-preview" dir="auto">{preview.line}</span>}
          </span>
        </a>
        <button type="button" class="plain row-more" aria-label={words.more(title)} aria-haspopup="dialog" onClick={() => app.manage(id)}>
          <Icon name="ellipsis-vertical" />
        </button>
      </div>
      {preview && group === 'needs' && (
        <Ask
          app={app}
          session={session}
          permissions={preview.permissions}
          onAnswered={state => {
            if (state) previews.take(state)
            previews.doubt(id)
            app.refresh()
          }}
        />
      )}
    </li>
  )
}

/** A shape and a word: never colour alone. */
function statusOf(session: SessionInfo): [IconName, string] {
  if (session.attention === 'permission') return ['triangle-alert', words.asksPermission]
  if (session.attention === 'question') return ['circle-help', words.asksQuestion]
  if (hasFailed(session)) return ['circle-x', words.status.error]
  const icons = {active: 'loader-circle', waiting: 'message-square', idle: 'moon', stopped: 'circle-check', error: 'circle-x'} as const
  return [icons[session.status], words.status[session.status]]
}

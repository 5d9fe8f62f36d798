import type {ComponentChildren} from 'preact'

import type {App} from '../../app/app'
import {words} from '../../app/strings'
import {ago} from '../../app/time'
import type {SessionInfo} from '../../lib/types'
import {Icon, type IconName} from '../../ui/icon'
import {useSwipe} from '../../ui/swipe'

export interface RowAction {
  icon: IconName
  label: string
  danger?: boolean
  act: () => void
}

interface Props {
  app: App
  session: SessionInfo
  group: string
  /** Open beside the list. */
  current: boolean
  icon: IconName
  /** Since when it is as it is. */
  at: string
  failed?: boolean
  unread?: boolean
  line: ComponentChildren
  /** Behind the row, for a finger; the menu has them too. */
  actions: RowAction[]
  /** What is asked, below. */
  children?: ComponentChildren
}

/** A session in the list, which opens it, and its menu. */
export function Row({app, session, group, current, icon, at, failed, unread, line, actions, children}: Props) {
  const title = app.titleOf(session)
  const path = `/s/${session.session_id}`
  const {row, open, close, props} = useSwipe<HTMLDivElement>()
  const go = (event: MouseEvent) => {
    event.preventDefault()
    app.go(path)
  }
  return (
    <li class="row" data-group={group} data-failed={failed} data-current={current} data-unread={unread}>
      <div class="row-slide" data-open={open}>
        <div ref={row} class="row-top" {...props}>
          <a class="row-main" href={`#${path}`} draggable={false} onClick={go} aria-current={current ? 'page' : undefined}>
            <span class="row-icon"><Icon name={icon} class={icon === 'loader-circle' ? 'icon-spin' : ''} /></span>
            <span class="row-text">
              <span class="row-title">
                <strong dir="auto">{title}</strong>
                {unread && <span class="row-unread">{words.unread}</span>}
                <time dateTime={at}>{ago(at)}</time>
              </span>
              <span class="row-line">{line}</span>
            </span>
          </a>
          <button type="button" class="plain row-more" aria-label={words.more(title)} aria-haspopup="dialog" onClick={() => app.manage(session.session_id)}>
            <Icon name="ellipsis-vertical" />
          </button>
        </div>
        {open && (
          <div class="row-actions">
            {actions.map(({icon, label, danger, act}) => (
              <button key={label} type="button" class={danger ? 'row-action row-danger' : 'row-action'} onClick={() => (close(), act())}>
                <Icon name={icon} /> {label}
              </button>
            ))}
          </div>
        )}
      </div>
      {children}
    </li>
  )
}

/** The machine of a session, where there are several. */
export function MachineChip({app: {fleet}, session}: Pick<Props, 'app' | 'session'>) {
  if (!fleet.machines.value.length) return null
  return <span class="branch-chip"><Icon name="monitor" /><bdi>{fleet.find(session.machine)?.name ?? fleet.name}</bdi></span>
}

/** The branch of a session that has its own. */
export function BranchChip({branch}: {branch: string | null}) {
  if (!branch) return null
  return <span class="branch-chip"><Icon name="git-branch" /><bdi dir="ltr">{branch}</bdi></span>
}

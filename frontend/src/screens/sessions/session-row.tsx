import type {Frame} from '../../app/make-app'
import {groupOf, hasFailed, isUnread} from '../../app/groups'
import {plain} from '../../app/plain'
import {words} from '../../app/strings'
import {sleepOf} from '../../chat/machines'
import type {SessionInfo} from '../../lib/types'
import type {IconName} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import {BranchChip, MachineChip, Row, type RowAction} from './row'

// Most lists ask nothing.
const Ask = lazy(async () => (await import('./list-ask')).ListAsk)

interface Props {
  frame: Frame
  session: SessionInfo
  /** Open beside the list. */
  current: boolean
}

/** One open session in the list. */
export function SessionRow({frame, session, current}: Props) {
  const {app, asked, seen} = frame
  const id = session.session_id
  const known = seen.all.value[id]
  const permissions = asked.all.value[id] ?? []
  const group = groupOf(session, known)
  const away = app.fleet.away(id)
  const [icon, status]: [IconName, string] = away ? ['moon', sleepOf(away)] : statusOf(session)
  // Of the session that is open beside the list, the conversation has it.
  const asking = group === 'needs' && permissions.length > 0 && !current
  const actions: RowAction[] = app.readOnly.value || away ? [] : [
    {icon: 'pencil', label: words.rename, act: () => app.manage(id, 'rename')},
    {icon: 'square', label: words.endShort, danger: true, act: () => app.manage(id, 'end')},
  ]
  return (
    <Row
      app={app}
      session={session}
      group={group}
      current={current}
      icon={icon}
      at={session.last_activity}
      failed={hasFailed(session)}
      unread={isUnread(session, known) && !current}
      actions={actions}
      line={
        <>
          <span class="row-status">{status}</span>
          <MachineChip app={app} session={session} />
          <Amount changed={session.changed} />
          <BranchChip branch={session.branch} />
          <Differing frame={frame} session={session} />
          {!asking && <span class="row-preview" dir="auto">{plain(session.preview ?? '')}</span>}
        </>
      }
    >
      {asking && <Ask frame={frame} session={session} permissions={permissions} />}
    </Row>
  )
}

/** A session that has ended: why, and what it was about. */
export function EndedRow({frame, session, current}: Props) {
  const {app} = frame
  const {session_id: id, branch, end_reason: reason, ended_at, summary, preview} = session
  const actions: RowAction[] = app.readOnly.value ? [] : [
    {icon: 'play', label: words.goOn, act: () => app.go(`/s/${id}`)},
    ...(session.machine ? [] : [{icon: 'trash-2', label: words.delete, danger: true, act: () => app.manage(id, 'delete')} as const]),
  ]
  return (
    <Row
      app={app}
      session={session}
      group="ended"
      current={current}
      icon="circle-check"
      at={ended_at ?? session.last_activity}
      actions={actions}
      line={
        <>
          <MachineChip app={app} session={session} />
          {reason && reason !== 'ended' && <span class="row-status">{words.endReasons[reason]}</span>}
          <BranchChip branch={branch} />
          <Differing frame={frame} session={session} />
          <span class="row-preview" dir="auto">{plain(summary || preview || '')}</span>
        </>
      }
    />
  )
}

/** How much its files have changed; most sessions only ask. */
function Amount({changed}: {changed: SessionInfo['changed'] | undefined}) {
  if (!changed?.files) return null
  return (
    <span class="row-amount">
      <bdi>{words.files(changed.files)}</bdi> <bdi dir="ltr"><ins>+{changed.added}</ins>{changed.removed > 0 && <> <del>−{changed.removed}</del></>}</bdi>
    </span>
  )
}

/** The project and the agent, where not all sessions have the same. */
function Differing({frame: {app, projects, project}, session}: Pick<Props, 'frame' | 'session'>) {
  const all = app.sessions.value
  const agent = app.agents.value.find(({name}) => name === session.agent)?.label ?? session.agent
  const shown = [
    projects.value.length > 1 && !project.value && all.some(other => other.project_id !== session.project_id) && session.project,
    all.some(other => other.agent !== session.agent) && app.titleOf(session) !== agent && agent,
  ].filter(Boolean)
  return <>{shown.map(word => <bdi key={word} class="row-fact">{word}</bdi>)}</>
}

/** A shape and a word: never colour alone. */
function statusOf(session: SessionInfo): [IconName, string] {
  if (session.attention === 'permission') return ['triangle-alert', words.asksPermission]
  if (session.attention === 'question') return ['circle-help', words.asksQuestion]
  if (hasFailed(session)) return ['circle-x', words.status.error]
  const icons = {active: 'loader-circle', waiting: 'message-square', idle: 'moon', stopped: 'circle-check', error: 'circle-x'} as const
  return [icons[session.status], words.status[session.status]]
}

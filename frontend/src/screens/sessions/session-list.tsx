import type {ComponentChildren} from 'preact'

import {byUrgency, groupOf, matches, type Group} from '../../app/groups'
import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {moment} from '../../app/time'
import {base} from '../../lib/base'
import {Icon} from '../../ui/icon'
import {lazy} from '../../ui/lazy'
import {EndedList} from './ended-list'
import {HomeComposer, startWith} from './home-composer'
import {SessionRow} from './session-row'
import {StartingList} from './starting-list'

const GROUPS: Group[] = ['needs', 'working', 'today', 'earlier']

const SearchResults = lazy(async () => (await import('./search-results')).SearchResults)

interface Props {
  frame: Frame
  /** The session that is open beside the list. */
  current?: string
}

/** Every session: open ones first, and of those the ones that need the user. */
export function SessionList({frame, current = ''}: Props) {
  const {app, seen, ended, project} = frame
  const search = frame.search.value.trim()
  const only = project.value?.project_id
  const all = app.sessions.value.filter(session => !only || session.project_id === only)
  const found = all.filter(session =>
    matches(search, app.titleOf(session), session.agent, session.branch, session.project, session.preview, app.fleet.of(session.session_id)?.name),
  )
  const inGroup = (group: Group) => {
    const members = found.filter(session => groupOf(session, seen.all.value[session.session_id]) === group)
    return group === 'needs' ? members.sort(byUrgency) : members
  }
  const nothing = !all.length && !search
  return (
    <div class="list">
      <ListHead frame={frame} />
      <div class="list-body">
        {all.length + ended.all.value.length > 0 && (
          <div class="search">
            <Icon name="search" />
            <input
              class="input"
              type="search"
              dir="auto"
              value={frame.search.value}
              placeholder={words.search}
              aria-label={words.search}
              enterkeyhint="search"
              onInput={event => (frame.search.value = event.currentTarget.value)}
              // The keyboard is in the way of what was found.
              onKeyDown={event => event.key === 'Enter' && event.currentTarget.blur()}
            />
          </div>
        )}
        {nothing && app.loaded.value && <Empty frame={frame} />}
        {nothing && !app.loaded.value && !app.connection.reached.value && <Unreached frame={frame} />}
        {GROUPS.map(group => {
          const members = inGroup(group)
          return members.length > 0 && (
            <section key={group} class="group" aria-labelledby={`group-${group}`}>
              <h2 id={`group-${group}`}>
                {words.groups[group]}
                {group === 'needs' && ` (${members.length})`}
              </h2>
              <ul>
                {members.map(session => (
                  <SessionRow key={session.session_id} frame={frame} session={session} current={session.session_id === current} />
                ))}
              </ul>
            </section>
          )
        })}
        {!search && <StartingList app={app} />}
        {search ? (
          <SearchResults frame={frame} search={search} shown={found.map(({session_id}) => session_id)} />
        ) : (
          <EndedList frame={frame} current={current} />
        )}
        {!search && app.loaded.value && (
          <button type="button" class="plain from-terminal" aria-haspopup="dialog" onClick={() => app.go('/terminal')}>
            <Icon name="terminal" /> {words.fromTerminal}
          </button>
        )}
      </div>
      <div class="list-foot">
        {app.readOnly.value ? (
          <p class="note note-quiet"><Icon name="eye" /><span>{words.readOnly}</span></p>
        ) : (
          <HomeComposer frame={frame} />
        )}
      </div>
    </div>
  )
}

/** Where the user is: the project and its branch, and whether Janus answers. */
function ListHead({frame: {app, heardAt, projects, project}}: {frame: Frame}) {
  const reached = app.connection.reached.value
  const shown = project.value ?? (projects.value.length === 1 ? projects.value[0] : undefined)
  return (
    <header class="bar">
      <img src={`${base}/icon.svg`} alt="" width="32" height="32" />
      <h1 class="bar-title">
        <button type="button" class="plain bar-project" aria-haspopup="dialog" onClick={() => app.go('/projects')}>
          <span class="bar-name">
            <bdi>{shown?.name ?? (projects.value.length ? words.allProjects : words.janus)}</bdi>
            {shown?.branch && <small><Icon name="git-branch" /><bdi dir="ltr">{shown.branch}</bdi></small>}
          </span>
          <Icon name="chevron-down" />
          <span class="visually-hidden">, {words.projects}</span>
        </button>
      </h1>
      <p class="link-state" data-reached={reached}>
        <span class="link-dot" />
        <span class={reached ? 'visually-hidden' : 'link-text'}>{reached ? words.connected : heardAt.value ? words.asOf(moment(heardAt.value)) : words.notConnected}</span>
      </p>
      <button type="button" class="plain" aria-label={words.drive} onClick={() => app.go('/drive')}>
        <Icon name="car" />
      </button>
      <button type="button" class="plain" aria-label={words.settings} onClick={() => app.go('/settings')}>
        <Icon name="settings" />
      </button>
    </header>
  )
}

/** Instead of a list: the face of the page, what is the matter, and one next step. */
export function Face({title, children}: {title: string; children: ComponentChildren}) {
  return (
    <div class="face stack">
      <img src={`${base}/icon.svg`} alt="" width="72" height="72" />
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** No sessions yet: what this is for, and a first step that takes one tap. */
function Empty({frame}: {frame: Frame}) {
  const {app, project} = frame
  const {title, text, inProject, examples, examplesLabel} = words.empty
  return (
    <Face title={project.value ? inProject(project.value.name) : title}>
      <p>{text}</p>
      {app.health.value?.agent?.demo && (
        <div class="note">
          <Icon name="info" />
          <div>
            <p>{words.onlyDemo}</p>
            <button type="button" class="plain plain-inline" onClick={() => app.go('/new?agents')}>{words.whichAgents}</button>
          </div>
        </div>
      )}
      {!app.readOnly.value && (
        <ul class="stack stack-close" aria-label={examplesLabel}>
          {examples.map(question => (
            <li key={question}>
              <button type="button" class="button example" onClick={() => startWith(frame, question)}>
                <span>{question}</span>
                <Icon name="arrow-up" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Face>
  )
}

/** Nothing is known, and Janus does not answer. */
function Unreached({frame: {app}}: {frame: Frame}) {
  return (
    <Face title={words.unreached.title}>
      <p>{words.unreached.text}</p>
      <button type="button" class="button button-main button-thumb" onClick={app.connection.tryNow}>
        <Icon name="rotate-ccw" /> {words.tryNow}
      </button>
    </Face>
  )
}

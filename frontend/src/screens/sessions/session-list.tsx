import {useState} from 'preact/hooks'

import {groupOf, matches, type Group} from '../../app/groups'
import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {Icon} from '../../ui/icon'
import {SessionRow} from './session-row'

const GROUPS: Group[] = ['needs', 'working', 'earlier']
/** Above this number of sessions there is a search field. */
const FEW = 6

interface Props {
  frame: Frame
  /** The session that is open beside the list. */
  current?: string
}

/** Every open session, those that need the user first. */
export function SessionList({frame, current = ''}: Props) {
  const {app, seen, previews} = frame
  const [search, setSearch] = useState('')
  const all = app.sessions.value
  const found = all.filter(session =>
    matches(search, app.titleOf(session), session.agent, session.branch, previews.all.value[session.session_id]?.line),
  )
  const inGroup = (group: Group) =>
    found.filter(session => groupOf(session, seen.all.value[session.session_id]) === group)

  return (
    <div class="list">
      <ListHead frame={frame} />
      <div class="list-body">
        {all.length > FEW && (
          <div class="search">
            <Icon name="search" />
            <input
              class="input"
              type="search"
              dir="auto"
              value={search}
              placeholder={words.search}
              aria-label={words.search}
              enterkeyhint="search"
              onInput={event => setSearch(event.currentTarget.value)}
            />
          </div>
        )}
        {app.loaded.value && !all.length && <Empty frame={frame} />}
        {all.length > 0 && !found.length && <p class="hint list-none">{words.nothingFound}</p>}
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
      </div>
      <div class="list-foot">
        {app.readOnly.value ? (
          <p class="note note-quiet"><Icon name="eye" /><span>{words.readOnly}</span></p>
        ) : (
          <button type="button" class="button button-main button-thumb button-wide" onClick={() => app.go('/new')}>
            <Icon name="plus" /> {words.newSession}
          </button>
        )}
      </div>
    </div>
  )
}

function ListHead({frame: {app}}: {frame: Frame}) {
  const reached = app.reached.value
  return (
    <header class="bar">
      <img src="/icon.svg" alt="" width="32" height="32" />
      <h1>{words.janus}</h1>
      <p class="link-state" data-reached={reached}>
        <span class="link-dot" />
        <span class="link-text">{reached ? words.connected : words.notConnected}</span>
      </p>
      <button type="button" class="plain" aria-label={words.settings} onClick={() => app.go('/settings')}>
        <Icon name="settings" />
      </button>
    </header>
  )
}

/** No sessions yet: what this is for, and a first step that takes one tap. */
function Empty({frame: {app}}: {frame: Frame}) {
  const {title, text, examples, examplesLabel} = words.empty
  const begin = (question: string) => {
    app.drafts.save('new', question)
    app.go('/new')
  }
  return (
    <div class="empty stack">
      <h2>{title}</h2>
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
              <button type="button" class="button example" onClick={() => begin(question)}>
                <span>{question}</span>
                <Icon name="chevron-right" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

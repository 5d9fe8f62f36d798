import {useEffect} from 'preact/hooks'

import type {Choice} from '../../app/choice'
import type {Frame} from '../../app/make-app'
import {asName, isName} from '../../app/names'
import {words} from '../../app/strings'
import {says as machines} from '../../chat/machine-strings'
import type {AgentInfo} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {projectsOf} from './home-composer'

const says = words.starting
const DEMO = 'janus-demo-agent'

/** How the next session starts: its agent, its project, its branch. */
export function NewSession({frame}: {frame: Frame}) {
  const {app, projects, choice, refreshServerInfo} = frame
  const choose = (change: Partial<Choice>) => (choice.value = {...choice.peek(), ...change})
  // An agent may have been installed meanwhile.
  useEffect(() => void refreshServerInfo(), [])

  const {own, project} = choice.value
  const elsewhere = app.fleet.find(choice.value.machine)
  const offered = projectsOf(app, elsewhere, projects.value)
  const several = offered.length > 1
  const chosen = offered.find(it => it.project_id === project) ?? offered.find(it => !it.problem)
  return (
    <Sheet title={says.how} onClose={() => app.go('/')} tall sticky>
      <div class="stack new-session">
        {several && (
          <div class="field">
            <label for="project">{says.project}</label>
            <select id="project" class="input" value={chosen?.project_id} onChange={event => choose({project: event.currentTarget.value})}>
              {offered.map(({project_id, name, problem}) => (
                <option key={project_id} value={project_id} disabled={Boolean(problem)}>{name}</option>
              ))}
            </select>
          </div>
        )}
        {elsewhere && <p class="hint">{machines.newThere(elsewhere.name, chosen?.name)}</p>}
        {!elsewhere && <Agents frame={frame} choose={choose} />}
        <fieldset class="field">
          <legend>{says.where}</legend>
          <div class="card choices">
            <Place
              title={says.shared}
              hint={chosen ? says.sharedIn(chosen.path, chosen.changed_files) : says.sharedHint}
              checked={!own}
              choose={() => choose({own: false})}
            />
            <Place title={says.own} hint={says.ownHint} checked={own} choose={() => choose({own: true})} />
            {own && <OwnBranch choice={choice.value} choose={choose} />}
          </div>
        </fieldset>
        <div class="start">
          <button type="button" class="button button-main button-thumb button-wide" onClick={() => app.go('/')}>{words.done}</button>
        </div>
      </div>
    </Sheet>
  )
}

interface ChooseProps {
  choose: (change: Partial<Choice>) => void
}

function Agents({frame: {app, choice}, choose}: ChooseProps & {frame: Frame}) {
  const agents = app.agents.value
  const here = agents.filter(({available}) => available)
  const missing = agents.filter(({available}) => !available)
  const usual = app.health.value?.agent?.name
  const chosen = here.find(({name}) => name === choice.value.agent) ?? here.find(({name}) => name === usual) ?? here[0]
  return (
    <fieldset class="field">
      <legend>{says.agent}</legend>
      {!agents.length && <p class="hint">{says.looking}</p>}
      <div class="card choices">
        {here.map(agent => (
          <label key={agent.name} class="choice">
            <input type="radio" name="agent" checked={agent === chosen} onChange={() => choose({agent: agent.name})} />
            <span>{agent.label}<small dir="auto">{agent.name === DEMO ? says.demo : agent.problem || agent.version}</small></span>
          </label>
        ))}
        {missing.length > 0 && <Missing agents={missing} />}
      </div>
    </fieldset>
  )
}

function Missing({agents}: {agents: AgentInfo[]}) {
  return (
    <details class="missing" open={location.hash.endsWith('?agents')}>
      <summary>{says.missing(agents.length)}<Icon name="chevron-down" /></summary>
      <dl>
        {agents.map(({name, label, install, problem}) => (
          <div key={name}><dt dir="auto">{label}</dt><dd class="hint" dir="auto">{problem || install}</dd></div>
        ))}
      </dl>
    </details>
  )
}

function OwnBranch({choice: {name, branch}, choose}: ChooseProps & {choice: Choice}) {
  const fine = name === '' || isName(name)
  const better = asName(name)
  return (
    <div class="stack own-branch">
      <div class="field">
        <label for="work">{says.name}</label>
        <input
          id="work"
          class="input"
          value={name}
          maxLength={50}
          placeholder="login-test"
          autocomplete="off"
          autocapitalize="off"
          aria-invalid={!fine}
          aria-describedby="work-hint"
          onInput={event => choose({name: event.currentTarget.value})}
          // What could not name a branch is made so that it can.
          onBlur={() => fine || choose({name: better})}
        />
        <p id="work-hint" class={fine ? 'hint' : 'hint wrong-ink'}>{fine ? says.nameHint : better ? words.nameBetter(better) : words.nameHint}</p>
      </div>
      <div class="field">
        <label for="branch">{says.existing}</label>
        <input
          id="branch"
          class="input"
          dir="ltr"
          value={branch}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="branch-hint"
          onInput={event => choose({branch: event.currentTarget.value})}
        />
        <p id="branch-hint" class="hint">{says.existingHint}</p>
      </div>
    </div>
  )
}

interface PlaceProps {
  title: string
  hint: string
  checked: boolean
  choose: () => void
}

function Place({title, hint, checked, choose}: PlaceProps) {
  return (
    <label class="choice">
      <input type="radio" name="place" checked={checked} onChange={choose} />
      <span>{title}<small>{hint}</small></span>
    </label>
  )
}

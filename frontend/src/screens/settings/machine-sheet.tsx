import {useState} from 'preact/hooks'

import type {App} from '../../app/app'
import {says} from '../../chat/machine-strings'
import {sleepOf} from '../../chat/machines'
import type {Machine} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'

/** What is known of a machine; with an empty id of this one. */
export function MachineSheet({app, id, onClose}: {app: App; id: string; onClose: () => void}) {
  const machine = app.fleet.find(id)
  return (
    <Sheet title={machine?.name ?? app.fleet.name.value} onClose={onClose}>
      {machine ? <Facts app={app} machine={machine} /> : <OwnFacts app={app} />}
    </Sheet>
  )
}

function Facts({app, machine}: {app: App; machine: Machine}) {
  const {version, agents, load, open_sessions: sessions, joined_at: joined, online} = machine
  return (
    <div class="stack">
      <dl class="facts">
        <dt>{says.state}</dt><dd>{sleepOf(machine) || says.online}</dd>
        {version && <><dt>{says.version}</dt><dd>{version}</dd></>}
        {agents.length > 0 && <><dt>{says.agents}</dt><dd dir="auto">{agents.map(name => labelOf(app, name)).join(', ')}</dd></>}
        {online && <><dt>{says.load}</dt><dd>{says.loadOf(load)}</dd></>}
        <dt>{says.sessions}</dt><dd>{sessions}</dd>
        <dt>{says.joined}</dt><dd>{new Date(joined).toLocaleDateString([], {dateStyle: 'medium'})}</dd>
      </dl>
      {!online && <p class="hint">{says.whileAway}</p>}
    </div>
  )
}

/** The machine that this page comes from. */
function OwnFacts({app}: {app: App}) {
  const agents = app.agents.value.filter(({available}) => available)
  return (
    <dl class="facts">
      <dt>{says.state}</dt><dd>{says.online}, {says.thisOne}</dd>
      {app.health.value && <><dt>{says.version}</dt><dd>{app.health.value.version}</dd></>}
      {agents.length > 0 && <><dt>{says.agents}</dt><dd dir="auto">{agents.map(({label}) => label).join(', ')}</dd></>}
      <dt>{says.sessions}</dt><dd>{app.sessions.value.filter(({machine}) => !machine).length}</dd>
    </dl>
  )
}

/** All machines, for the settings. */
export function Machines({app}: {app: App}) {
  const [shown, setShown] = useState<string>()
  const {machines, name} = app.fleet
  return (
    <>
      <ul class="card choices">
        <Entry name={name.value} state={says.thisOne} onClick={() => setShown('')} />
        {machines.value.map(machine => (
          <Entry key={machine.machine_id} name={machine.name} state={sleepOf(machine) || says.online} onClick={() => setShown(machine.machine_id)} />
        ))}
      </ul>
      {shown !== undefined && <MachineSheet app={app} id={shown} onClose={() => setShown(undefined)} />}
    </>
  )
}

function Entry({name, state, onClick}: {name: string; state: string; onClick: () => void}) {
  return (
    <li>
      <button type="button" class="plain machine" aria-haspopup="dialog" onClick={onClick}>
        <Icon name="monitor" />
        <span class="device-text"><strong dir="auto">{name}</strong><span class="hint">{state}</span></span>
        <Icon name="chevron-right" class="icon-directed" />
      </button>
    </li>
  )
}

function labelOf(app: App, agent: string): string {
  return app.agents.value.find(({name}) => name === agent)?.label ?? agent
}

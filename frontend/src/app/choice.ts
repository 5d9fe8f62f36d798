import {signal, type Signal} from '@preact/signals'

import {newId} from '../lib/id'
import type {AgentInfo, OfferedOption, OptionChoice, StartBody} from '../lib/types'
import {asName} from './names'
import {loadItem, removeItem, saveItem} from './local-storage'

/** How the next session starts: as the last one did, unless the user chooses otherwise. */
export interface Choice {
  agent: string
  project: string
  /** The machine it starts on; empty for the one that the page comes from. */
  machine: string
  /** On a branch of its own. */
  own: boolean
  /** What was chosen of the options of each agent: by its name, then by the option's id. */
  options: Record<string, Record<string, string>>
  /** The name of the work; for one session only, as the branch is. */
  name: string
  branch: string
}

/** The draft for a session that does not exist yet. */
export const DRAFT = 'new'
/** Where its id is kept: files are attached to it already. */
const NEXT = 'next-session'

const NAME = 'new-session'

export function loadChoice(): Signal<Choice> {
  const {agent = '', project = '', machine = '', own = false, options = {}} = loadItem<Partial<Choice>>(NAME, {})
  return signal({agent, project, machine, own, options, name: '', branch: ''})
}

/** The id of the session that is begun next. */
export function nextSession(): string {
  const id = loadItem(NEXT, '') || newId()
  saveItem(NEXT, id)
  return id
}

/** That session has begun. */
export function begunNext(): void {
  removeItem(NEXT)
}

/** Remember the choice for the next session, whose work has another name. */
export function keepChoice(choice: Signal<Choice>): void {
  const {agent, project, machine, own, options} = choice.peek()
  saveItem(NAME, {agent, project, machine, own, options})
  choice.value = {...choice.peek(), name: '', branch: ''}
}

/** The agent that the next session starts with: the chosen one, the usual one, or the first that is here. */
export function agentOf(agents: AgentInfo[], {agent}: Choice, usual: string | undefined): AgentInfo | undefined {
  const here = agents.filter(({available}) => available)
  return here.find(({name}) => name === agent) ?? here.find(({name}) => name === usual) ?? here[0]
}

/** What is chosen of an option, if the agent still offers it. */
export function chosenOf({options}: Choice, {name}: AgentInfo, {id, choices}: OfferedOption): OptionChoice | undefined {
  const chosen = options[name]?.[id]
  return choices.find(({value}) => String(value) === chosen)
}

/** The choice, with another value of an option; an empty one leaves it to the agent. */
export function withOption(choice: Choice, {name}: AgentInfo, id: string, value: string): Choice {
  const {[id]: _, ...others} = choice.options[name] ?? {}
  return {...choice, options: {...choice.options, [name]: value ? {...others, [id]: value} : others}}
}

/** What to ask the server for, of the agent that it starts with. */
export function wishesOf(choice: Choice, starts?: AgentInfo): StartBody {
  const {agent, project, machine, own, name, branch} = choice
  const options = Object.fromEntries(
    (starts?.options ?? []).flatMap(option => {
      const chosen = starts && chosenOf(choice, starts, option)
      return chosen ? [[option.id, String(chosen.value)]] : []
    }),
  )
  return {
    ...(agent && {agent: agent as NonNullable<StartBody['agent']>}),
    ...(Object.keys(options).length > 0 && {options}),
    ...(project && {project_id: project}),
    ...(machine && {machine}),
    isolated: own,
    ...(own && asName(name) && {name: asName(name)}),
    ...(own && branch.trim() && {branch: branch.trim()}),
  }
}

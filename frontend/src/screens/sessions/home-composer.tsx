import {useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import {agentOf, begunNext, chosenOf, DRAFT, keepChoice, nextSession, wishesOf, withOption, type Choice} from '../../app/choice'
import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {machines, sleepOf} from '../../chat/machines'
import {ComposerField} from '../../chat/composer/composer-field'
import {useFiles} from '../../chat/composer/files'
import {wordsWith} from '../../chat/said'
import {listen} from '../../chat/state/timers'
import {joined} from '../../lib/drafts'
import {newId} from '../../lib/id'
import type {AgentInfo, Attachment, Machine, OptionValue, Project} from '../../lib/types'
import {Icon, type IconName} from '../../ui/icon'

const says = words.starting
/** Start a session with its first words. They are kept, and sent when Janus answers; the conversation opens at once. */
export function startWith({app, choice, projects}: Frame, text: string, voice = false, sessionId = newId(), attachments: Attachment[] = []): void {
  const {agent, project, ...how} = choice.peek()
  const machine = app.fleet.find(how.machine)
  const agents = agentsOf(app, machine)
  const wishes = {
    ...how,
    // What is gone meanwhile was not meant.
    machine: machine?.machine_id ?? '',
    agent: agents.some(it => it.name === agent) ? agent : '',
    project: projectsOf(app, machine, projects.peek()).some(it => it.project_id === project) ? project : '',
  }
  const starts = machine ? agents.find(it => it.name === wishes.agent) : agentOf(agents, wishes, app.health.peek()?.agent?.name)
  const start = wishesOf(wishes, starts)
  void app.outbox.add({sessionId, text, start, ...(voice && {voice}), ...(attachments.length && {attachments})})
  keepChoice(choice)
  app.go(`/s/${sessionId}`)
}

/** The projects of this machine, or those of another one as far as they are known. */
export function projectsOf({fleet}: Frame['app'], machine: Machine | undefined, here: Project[]): Project[] {
  return machine ? (fleet.offered.value[machine.machine_id]?.projects ?? []) : here
}

/** The agents that can be started; of another machine that was not asked yet only their names are known. */
export function agentsOf({agents: {value: all}, fleet}: Frame['app'], machine: Machine | undefined): AgentInfo[] {
  const known = machine ? fleet.offered.value[machine.machine_id]?.agents : all
  if (known) return known.filter(({available}) => available)
  if (!machine) return []
  return all.filter(({name}) => machine.agents.includes(name)).map(it => ({...it, available: true, options: []}))
}

/** Says what to do, and a session starts with it; above it, how. */
export function HomeComposer({frame}: {frame: Frame}) {
  const {app} = frame
  const text = useSignal(app.drafts.load(DRAFT))
  const files = useFiles(app, nextSession, true)
  useEffect(() => app.drafts.save(DRAFT, text.value), [text.value])
  useEffect(() => listen(window, 'pagehide', () => app.drafts.leave(DRAFT, text.peek())), [])
  useEffect(
    () => app.drafts.watch(
      DRAFT,
      gone => {
        if (text.peek() === gone) text.value = ''
      },
      more => (text.value = joined(text.peek(), more)),
    ),
    [],
  )
  const send = (spoken: boolean) => {
    const words = text.peek()
    const attached = files.take()
    startWith(frame, wordsWith(words, attached), spoken, nextSession(), attached)
    begunNext()
    app.drafts.sent(DRAFT, words)
    text.value = ''
  }
  return (
    <section class="home-composer" aria-label={words.newSession}>
      <Chips frame={frame} />
      <ComposerField
        app={app}
        text={text}
        id="first-words"
        label={says.words}
        placeholder={says.short}
        sendLabel={says.start}
        onSend={send}
        files={files}
        onDictated={said => (text.value = joined(text.peek(), said, ' '))}
      />
    </section>
  )
}

/** How the session will start: each chip is a choice, and there is none where there is nothing to choose. */
function Chips({frame: {app, projects, choice}}: {frame: Frame}) {
  const {project, own, name} = choice.value
  const set = (change: Partial<Choice>) => (choice.value = {...choice.peek(), ...change})
  const {fleet} = app
  const machine = fleet.find(choice.value.machine)
  const here = agentsOf(app, machine)
  const starts = agentOf(here, choice.value, machine ? undefined : app.health.value?.agent?.name)
  useEffect(() => void (machine?.online && fleet.ask(machine.machine_id)), [machine?.machine_id, machine?.online])
  const folders = projectsOf(app, machine, projects.value).filter(({problem}) => !problem)
  const folder = folders.find(it => it.project_id === project) ?? folders[0]
  // Which agent is the usual one of another machine is not known, so neither is what that offers.
  const guessed = machine && starts?.name !== choice.value.agent
  const offered = (guessed ? [] : (starts?.options ?? [])).filter(({category, choices}) => CHIPS.has(category) && choices.length > 1)
  return (
    <ul class="chips" aria-label={says.how}>
      {fleet.machines.value.length > 0 && (
        <Chip
          icon={machine?.online === false ? 'moon' : 'monitor'}
          label={machines.newOn}
          value={machine?.machine_id ?? fleet.id.value}
          shown={machine?.name ?? fleet.name.value}
          choices={[
            {value: fleet.id.value, name: fleet.name.value},
            ...fleet.machines.value.map(it => ({value: it.machine_id, name: [it.name, sleepOf(it)].filter(Boolean).join(', ')})),
          ]}
          choose={id => set({machine: id === fleet.id.value ? '' : id})}
        />
      )}
      {starts && here.length > 1 && (
        <Chip
          icon="bot"
          label={says.agent}
          value={guessed ? '' : starts.name}
          choices={[...(machine ? [{value: '', name: machines.itsAgent(machine.name)}] : []), ...here.map(it => ({value: it.name, name: it.label}))]}
          choose={agent => set({agent})}
        />
      )}
      {starts && here.length === 1 && !machine && app.agents.value.length > 1 && (
        <li>
          <button type="button" class="chip" aria-haspopup="dialog" onClick={() => app.go('/new')}>
            <Icon name="bot" /><span class="visually-hidden">{says.agent}: </span><bdi>{starts.label}</bdi>
          </button>
        </li>
      )}
      {starts && offered.map(option => (
        <Chip
          key={`${starts.name} ${option.id}`}
          icon={option.category === 'model' ? 'brain' : 'list-checks'}
          label={option.name}
          value={String(chosenOf(choice.value, starts, option)?.value ?? '')}
          choices={[{value: '', name: says.asItLikes(option.name)}, ...option.choices]}
          choose={value => (choice.value = withOption(choice.peek(), starts, option.id, value))}
        />
      ))}
      {folder && folders.length > 1 && (
        <Chip
          icon="folder"
          label={says.project}
          value={folder.project_id}
          choices={folders.map(it => ({value: it.project_id, name: it.name}))}
          choose={project => set({project})}
        />
      )}
      <li>
        <button type="button" class="chip" aria-haspopup="dialog" onClick={() => app.go('/new')}>
          <Icon name="git-branch" /><span class="visually-hidden">{says.where}: </span><bdi>{own ? name || says.ownShort : (folder?.branch ?? says.sharedShort)}</bdi>
        </button>
      </li>
    </ul>
  )
}

/** The categories of an agent's options that have a chip; the others are in the menu of a session. */
const CHIPS = new Set(['model', 'mode'])

interface ChipProps {
  icon: IconName
  label: string
  value: string
  /** Of what is chosen, if its name is long. */
  shown?: string
  choices: {value: OptionValue; name: string}[]
  choose: (value: string) => void
}

/** A chip that is a list of choices: the browser's own, which every phone knows how to show. */
function Chip({icon, label, value, shown, choices, choose}: ChipProps) {
  const chosen = choices.find(it => String(it.value) === value) ?? choices[0]
  return (
    <li class="chip chip-choice">
      <Icon name={icon} /><bdi aria-hidden="true">{shown ?? (value ? chosen?.name : label)}</bdi>
      <select aria-label={label} value={value} onChange={event => choose(event.currentTarget.value)}>
        {choices.map(it => <option key={String(it.value)} value={String(it.value)}>{it.name}</option>)}
      </select>
    </li>
  )
}

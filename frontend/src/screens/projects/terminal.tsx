import {useState} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {ago} from '../../app/time'
import {MakeRoom} from '../../chat/messages/make-room'
import type {AgentConversation} from '../../lib/types'
import {useAnswer} from '../../ui/answer'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {says} from './strings'

/** What agents were asked in a terminal, in the folder of a project; each can go on here. */
export function FromTheTerminal({frame, onClose}: {frame: Frame; onClose: () => void}) {
  const {app, projects, project: shown} = frame
  const served = projects.value.filter(({problem}) => !problem)
  const [id, setId] = useState(shown.value?.project_id ?? served[0]?.project_id ?? '')
  const [wanted, setWanted] = useState<AgentConversation>()
  const looking = useAnswer(() => app.api.conversations(id), [id])
  const adopting = useTask()

  const found = looking.busy || looking.error ? undefined : looking.value

  const adopt = async (conversation: AgentConversation) => {
    setWanted(conversation)
    const work = async () => {
      const session = await app.api.adopt(conversation.agent, conversation.conversation_id, id)
      app.refresh()
      return session
    }
    await adopting.run(work, session => app.go(`/s/${session.session_id}`))
  }
  return (
    <Sheet title={says.terminal} onClose={onClose} tall>
      <div class="stack">
        <p class="hint">{says.terminalHint}</p>
        {served.length > 1 && (
          <div class="field">
            <label for="terminal-project">{says.project}</label>
            <select id="terminal-project" class="input" value={id} disabled={adopting.busy} onChange={event => setId(event.currentTarget.value)}>
              {served.map(it => <option key={it.project_id} value={it.project_id}>{it.name}</option>)}
            </select>
          </div>
        )}
        <Failure error={looking.error ?? adopting.error} />
        <MakeRoom app={app} error={adopting.error} again={() => wanted && void adopt(wanted)} />
        {looking.busy && <p class="hint" role="status"><Icon name="loader-circle" class="icon-spin" /> {says.looking}</p>}
        {found?.problems.map(problem => <p key={problem} class="note"><Icon name="info" /><span dir="auto">{problem}</span></p>)}
        {found && !found.conversations.length && <p class="hint">{says.nothingThere}</p>}
        {found && found.conversations.length > 0 && (
          <ul class="card choices">
            {found.conversations.map(it => (
              <li key={`${it.agent} ${it.conversation_id}`} class="adoptable">
                <div>
                  <strong dir="auto">{it.title || words.untitled}</strong>
                  <small>
                    <bdi>{app.agents.value.find(({name}) => name === it.agent)?.label ?? it.agent}</bdi> · <time dateTime={it.updated_at}>{ago(it.updated_at)}</time>
                  </small>
                  {it.running && <small class="project-problem" dir="auto">{says.drives(it.driver ?? '')}</small>}
                </div>
                {!app.readOnly.value && (
                  <button
                    type="button"
                    class="button"
                    aria-label={says.goOnHere(it.title || words.untitled)}
                    disabled={it.running || adopting.busy}
                    onClick={() => void adopt(it)}
                  >
                    <Icon name={adopting.busy && wanted === it ? 'loader-circle' : 'play'} class={adopting.busy && wanted === it ? 'icon-spin' : ''} />
                    {words.goOn}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Sheet>
  )
}

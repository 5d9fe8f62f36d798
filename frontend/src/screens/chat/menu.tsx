import {workPath} from '../../app/route'
import {newId} from '../../lib/id'
import type {AgentOption} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {ActionRow} from '../../ui/action-row'
import {Sheet} from '../../ui/sheet'
import {useTask} from '../../ui/task'
import type {ChatContext} from '../../chat/state/chat-context'
import {titleOf} from './header'
import {sent, usageLine} from '../../chat/sent-strings'
import {says} from '../../chat/machine-strings'
import {reasonOf, who, words} from '../../chat/strings'

/** The actions on a whole conversation, and the agent's options. */
export function Menu({chat, onClose, onLater}: {chat: ChatContext; onClose: () => void; onLater: () => void}) {
  const {app, conversation} = chat
  const ended = conversation.ended.value
  const away = app.fleet.away(conversation.sessionId)
  const usage = conversation.state.value?.usage
  const known = ended || app.sessions.value.some(session => session.session_id === conversation.sessionId)
  const task = useTask()
  const copy = async () => {
    try {
      const {conversation: said = []} = await app.api.session(conversation.sessionId)
      const worked = await copyText(said.map(({role, content}) => `${who[role]}:\n${content}`).join('\n\n'))
      conversation.notice.show(worked ? words.copied : words.notCopied)
    } catch (error) {
      conversation.notice.show(reasonOf(error))
    }
  }
  const showChanges = () => {
    onClose()
    app.go(workPath(conversation.sessionId, {view: 'changes'}))
  }
  const manage = () => {
    onClose()
    app.manage(conversation.sessionId)
  }
  return (
    <Sheet title={titleOf(chat)} onClose={onClose}>
      <div class="stack">
        {usage && <p class="hint">{usageLine(usage)}</p>}
        {away && <p class="hint">{says.filesThere(away.name)}</p>}
        {!app.readOnly.value && !away &&
          conversation.options.value
            .filter(({choices}) => choices.length > 0)
            .map(option => <Choose key={option.id} option={option} chat={chat} />)}
        <div class="action-rows">
          {!ended && !away && <ActionRow icon="car" label={words.drive} onClick={() => app.go(`/drive/${conversation.sessionId}`)} />}
          {!away && <ActionRow icon="git-branch" label={words.allChanges} onClick={showChanges} />}
          <ActionRow icon="copy" label={words.copyAll} onClick={() => void task.run(copy, onClose)} />
          {!app.readOnly.value && !away && <ActionRow icon="clock" label={sent.later.menu} onClick={() => (onClose(), onLater())} />}
          {away && !app.readOnly.value && conversation.state.value?.seq ? <ContinueOn chat={chat} onClose={onClose} /> : null}
          {known && <ActionRow icon="settings" label={ended ? words.manageEnded : words.manage} onClick={manage} />}
        </div>
      </div>
    </Sheet>
  )
}

/** The machines that are there, on each of which a session whose own is away can go on. */
function ContinueOn({chat: {app, conversation}, onClose}: {chat: ChatContext; onClose: () => void}) {
  const {machines, name} = app.fleet
  const there = [{machine_id: '', name: name.value}, ...machines.value.filter(({online}) => online)]
  const go = async (machine: string) => {
    onClose()
    conversation.notice.show(says.continuing)
    try {
      const made = await app.api.machines.carryOn(conversation.sessionId, newId(), machine)
      if (!conversation.closed) app.go(`/s/${made.session_id}`)
    } catch (error) {
      conversation.notice.show(reasonOf(error))
    }
  }
  return <>{there.map(it => <ActionRow key={it.machine_id} icon="monitor" label={says.continueOn(it.name)} onClick={() => void go(it.machine_id)} />)}</>
}

/** One of the agent's options. Values may be of any type, so the select works with positions. */
function Choose({option, chat: {conversation}}: {option: AgentOption; chat: ChatContext}) {
  const choose = (index: number) => {
    const chosen = option.choices[index]?.value
    if (chosen === undefined || chosen === null) return
    void conversation.actions.choose(option.id, chosen)
  }
  const id = `option-${option.id}`
  return (
    <div class="field">
      <label for={id} dir="auto">{option.name}</label>
      <select
        id={id}
        class="input"
        value={option.choices.findIndex(({value}) => value === option.value)}
        onChange={event => choose(Number(event.currentTarget.value))}
      >
        {option.choices.map(({value, name}, index) => <option key={index} value={index}>{name || String(value)}</option>)}
      </select>
    </div>
  )
}

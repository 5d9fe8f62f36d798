import type {AgentOption} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {ActionRow} from '../../ui/action-row'
import {Sheet} from '../../ui/sheet'
import type {ChatContext} from '../../chat/state/chat-context'
import {transcript} from '../../chat/state/earlier'
import {titleOf} from './header'
import {reasonOf, words} from '../../chat/strings'

/** The actions on a whole conversation, and the agent's options. */
export function Menu({chat, onClose}: {chat: ChatContext; onClose: () => void}) {
  const {app, conversation} = chat
  const known = app.sessions.value.some(session => session.session_id === conversation.sessionId)
  const copy = async () => {
    try {
      const worked = await copyText(await transcript(app.api, conversation.sessionId))
      conversation.notice.show(worked ? words.copied : words.notCopied)
    } catch (error) {
      conversation.notice.show(reasonOf(error))
    }
    onClose()
  }
  const manage = () => {
    onClose()
    app.manage(conversation.sessionId)
  }
  return (
    <Sheet title={titleOf(chat)} onClose={onClose}>
      <div class="stack">
        {!app.readOnly.value &&
          conversation.options.value
            .filter(({choices}) => choices.length > 0)
            .map(option => <Choose key={option.id} option={option} chat={chat} />)}
        <div class="action-rows">
          <ActionRow icon="copy" label={words.copyAll} onClick={() => void copy()} />
          {known && <ActionRow icon="settings" label={words.manage} onClick={manage} />}
        </div>
      </div>
    </Sheet>
  )
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

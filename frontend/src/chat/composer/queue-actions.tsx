import {ActionRow} from '../../ui/action-row'
import {Sheet} from '../../ui/sheet'
import type {ChatContext} from '../state/chat-context'
import type {Waiting} from '../state/waiting'
import {words} from '../strings'

interface Props {
  chat: ChatContext
  message: Waiting
  onClose: () => void
}

/** The actions on a queued message: edit, withdraw. */
export function QueueActions({chat: {conversation, change}, message, onClose}: Props) {
  const edit = async () => {
    onClose()
    if (await conversation.actions.withdraw(message.id)) change(message)
  }
  const withdraw = async () => {
    onClose()
    await conversation.actions.withdraw(message.id)
  }
  return (
    <Sheet title={words.queue} onClose={onClose}>
      <p class="queue-text" dir="auto">{message.text}</p>
      <div class="action-rows">
        <ActionRow icon="pencil" label={words.edit} onClick={() => void edit()} />
        <ActionRow icon="trash-2" label={words.withdraw} onClick={() => void withdraw()} />
      </div>
    </Sheet>
  )
}

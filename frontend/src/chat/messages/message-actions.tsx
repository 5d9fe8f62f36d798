import {copyText} from '../../text/code-block'
import {ActionRow} from '../../ui/action-row'
import {Sheet} from '../../ui/sheet'
import {useTask} from '../../ui/task'
import type {ChatContext} from '../state/chat-context'
import {words} from '../strings'

export interface MessageActionsProps {
  chat: ChatContext
  text: string
  /** Why it ended, read aloud with it. */
  ending?: string
  /** Whether it is the user's own message. */
  mine: boolean
  /** The message's id, for reading aloud. */
  id: string
  turn: string | null
  onClose: () => void
}

/** The actions on a message. */
export function MessageActions({chat, text, ending = '', mine, id, turn, onClose}: MessageActionsProps) {
  const {app, conversation, aloud, compose} = chat
  const speaking = aloud.speaking.value === id
  const again = mine ? text : conversation.promptOf(turn)

  const task = useTask()
  // Copy before the sheet closes: without the clipboard API it needs an element inside.
  const copy = async () => conversation.notice.show((await copyText(text)) ? words.copied : words.notCopied)
  return (
    <Sheet title={words.message} onClose={onClose}>
      <div class="action-rows">
        <ActionRow icon="copy" label={words.copy} onClick={() => void task.run(copy, onClose)} />
        {!mine && aloud.supported && (
          <ActionRow
            icon={speaking ? 'volume-x' : 'volume-2'}
            label={speaking ? words.stopSpeaking : words.speak}
            onClick={() => (speaking ? aloud.stop() : aloud.read(id, text, ending), onClose())}
          />
        )}
        {!app.readOnly.value && (
          <ActionRow icon="quote" label={words.quote} onClick={() => (onClose(), setTimeout(() => compose(quoted(text))))} />
        )}
        {!app.readOnly.value && again && (
          <ActionRow icon="rotate-ccw" label={words.askAgain} onClick={() => (onClose(), conversation.say(again))} />
        )}
      </div>
    </Sheet>
  )
}

/** The text as a Markdown quote, with an empty line for the reply. */
function quoted(text: string): string {
  const lines = text.trim().split('\n')
  const first = lines.slice(0, 12).map(line => `> ${line}`)
  return [...first, ...(lines.length > 12 ? ['> …'] : []), '', ''].join('\n')
}

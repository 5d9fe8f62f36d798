/** What the agent was told ahead of the first message: folded, with its size; the text is fetched when it is opened. */

import {useSignal} from '@preact/signals'

import {Icon} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import {reasonOf, words} from '../strings'

export function Context({chat}: {chat: ChatContext}) {
  const {app, conversation} = chat
  const given = conversation.state.value?.session?.context
  const text = useSignal('')
  // Only where the first message is shown is this ahead of it.
  if (!given || conversation.more.value > 0 || app.fleet.of(conversation.sessionId)) return null
  const open = async (isOpen: boolean) => {
    if (!isOpen || text.peek()) return
    text.value = await app.api.context(conversation.sessionId).then(({text}) => text, reasonOf)
  }
  return (
    <details class="step context" onToggle={event => void open(event.currentTarget.open)}>
      <summary title={given.sources.join(', ')}>
        <Icon name="file-text" />
        <span class="step-line">{words.context} · {words.kilobytes(given.bytes)}</span>
        <Icon name="chevron-right" class="turning" />
      </summary>
      <div class="output">
        <div class="output-text" tabIndex={0} role="group" aria-label={words.context}>
          <pre dir="auto" class="context-text">{text.value || words.opening}</pre>
        </div>
      </div>
    </details>
  )
}

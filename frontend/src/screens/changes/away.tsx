import '../../style/changes.css'

import {says} from '../../chat/machine-strings'
import {Changes} from '../../chat/messages/changes'
import type {ChatContext} from '../../chat/state/chat-context'
import {words as said} from '../../chat/strings'
import {Icon} from '../../ui/icon'
import {Head} from './head'
import {useKeys} from './keys'
import {words} from './strings'

/** Instead of the files of a session whose machine sleeps: what its conversation tells of its last turn. */
export function FilesAway({chat: {app, conversation}, name}: {chat: ChatContext; name: string}) {
  const leave = () => app.go(`/s/${conversation.sessionId}`)
  useKeys({Escape: leave})
  const last = conversation.state.value?.messages.findLast(({tool_calls, changed}) => changed?.files || tool_calls.some(({changes}) => changes?.length))
  const changes = last?.tool_calls.flatMap(({status, changes = []}) => (status === 'completed' ? changes : [])) ?? []
  const amount = last?.changed
  return (
    <div class="work-screen">
      <Head title={says.filesAway.title(name)} hint="" back={words.back} onBack={leave} />
      <div class="work-body">
        <div class="work-column stack">
          <p class="note note-quiet"><Icon name="moon" /><span>{says.filesAway.text(name)}</span></p>
          {last && <h2 class="changed-title">{says.filesAway.lastTurn}</h2>}
          {amount && <p class="hint">{said.filesChanged(amount.files, amount.added, amount.removed)}</p>}
          {changes.length > 0 && <Changes changes={changes} folders={[]} />}
        </div>
      </div>
    </div>
  )
}

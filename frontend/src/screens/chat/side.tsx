import {useComputed} from '@preact/signals'

import {PlanList} from '../../chat/messages/plan-bar'
import {Steps} from '../../chat/messages/steps'
import type {ChatContext} from '../../chat/state/chat-context'
import {words} from '../../chat/strings'
import {Icon} from '../../ui/icon'

/** Beside a conversation, where there is room: the plan, and what the agent does or did last. */
export function Side({chat}: {chat: ChatContext}) {
  const {app, conversation} = chat
  const plan = conversation.plan.value
  const last = useComputed(() => conversation.state.value?.messages.findLast(({tool_calls: calls}) => calls.length > 0))
  const calls = last.value?.tool_calls ?? []
  const session = app.sessions.value.find(({session_id}) => session_id === conversation.sessionId)
  const changed = session?.changed
  return (
    <aside class="chat-side" aria-label={words.side}>
      {changed && changed.files > 0 && (
        <section>
          <h2>{words.changed}</h2>
          <p class="side-line">{words.filesChanged(changed.files, changed.added, changed.removed)}</p>
        </section>
      )}
      {plan.length > 0 && <section><h2>{words.plan}</h2><PlanList entries={plan} /></section>}
      {calls.length > 0 && (
        <section>
          <h2>{words.lastSteps}</h2>
          <Steps calls={calls} took={id => conversation.turns.took(id)} picture={id => app.api.image(conversation.sessionId, id)} />
        </section>
      )}
      {!plan.length && !calls.length && <p class="side-none hint"><Icon name="list-checks" />{words.sideNothing}</p>}
    </aside>
  )
}

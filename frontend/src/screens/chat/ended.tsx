import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'
import type {ChatContext} from '../../chat/state/chat-context'
import {MessageText} from '../../chat/messages/message-text'
import {words} from '../../chat/strings'
import {MakeAnew} from '../../chat/messages/make-anew'
import {MakeRoom} from '../../chat/messages/make-room'

/** Says that the session has ended, with its summary, and lets it go on. */
export function Ended({chat: {app, conversation}}: {chat: ChatContext}) {
  const task = useTask()
  const away = app.fleet.away(conversation.sessionId)
  const summary = conversation.summary.value
  const reopen = () => task.run(() => conversation.reopen())
  return (
    <section class="ask-card ended" aria-labelledby="ended">
      <h2 id="ended">{words.ended}</h2>
      {summary && (
        // Long text scrolls inside: it must be focusable for keyboards.
        <section class="ask-more" aria-label={words.summary} tabIndex={0}>
          <MessageText text={summary} streaming={false} />
        </section>
      )}
      <Failure error={task.error} />
      <MakeRoom app={app} error={task.error} again={() => void reopen()} />
      <MakeAnew app={app} session={conversation.sessionId} error={task.error} again={() => void reopen()} />
      {!app.readOnly.value && !away && (
        <button type="button" class="button button-main button-thumb" disabled={task.busy} onClick={() => void reopen()}>
          <Icon name={task.busy ? 'loader-circle' : 'rotate-ccw'} class={task.busy ? 'icon-spin' : ''} />
          {task.busy ? words.reopening : words.goOn}
        </button>
      )}
    </section>
  )
}

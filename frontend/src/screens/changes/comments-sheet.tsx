import {useSignal} from '@preact/signals'

import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import type {Place} from './place'
import {review as said} from './strings'

/** All comments that wait, and the button that sends them. */
export function CommentsSheet({place, onClose}: {place: Place; onClose: () => void}) {
  const {chat, review} = place
  const task = useTask()
  const ahead = useSignal('')
  const comments = review.comments.value
  const send = () =>
    task.run(
      async () => {
        await review.send(ahead.value.trim())
        chat.conversation.notice.show(said.sent)
      },
      () => {
        onClose()
        place.leave()
      },
    )
  return (
    <Sheet
      title={said.title}
      onClose={onClose}
      tall
      foot={
        <div class="stack stack-close">
          <Failure error={task.error} />
          <button type="button" class="button button-main button-thumb button-wide" disabled={task.busy || !comments.length} onClick={() => void send()}>
            <Icon name={task.slow ? 'loader-circle' : 'send'} class={task.slow ? 'icon-spin' : ''} />
            {task.slow ? said.sending : said.send(comments.length)}
          </button>
        </div>
      }
    >
      <div class="stack">
        <p class="hint">{said.hint}</p>
        {review.unkept.value && review.problem.value && <p class="note" role="status"><Icon name="wifi-off" /><span>{said.notKept(review.problem.value)}</span></p>}
        <ul class="stack">
          {comments.map(comment => (
            <li key={comment.comment_id} class="comment">
              <p class="hint"><bdi translate={false}>{said.where(comment.path, comment.start, comment.end)}</bdi>{comment.side === 'old' && ` · ${said.old}`}</p>
              <pre class="comment-quote" dir="ltr" translate={false}>{comment.quote || ' '}</pre>
              <p class="prose" dir="auto">{comment.text}</p>
              {comment.stale && <p class="hint"><Icon name="triangle-alert" /> {said.stale}</p>}
              <button type="button" class="plain" aria-label={said.remove} onClick={() => review.remove(comment.comment_id)}><Icon name="trash-2" /></button>
            </li>
          ))}
        </ul>
        <div class="field">
          <label for="review-ahead">{said.ahead}</label>
          <textarea id="review-ahead" class="input" rows={2} maxLength={10_000} value={ahead.value} onInput={event => (ahead.value = event.currentTarget.value)} />
        </div>
      </div>
    </Sheet>
  )
}

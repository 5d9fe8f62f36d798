import type {App} from '../../app/app'
import {words} from '../../app/strings'
import type {ApiError} from '../../lib/api'
import {Icon} from '../../ui/icon'
import {Failure, useTask} from '../../ui/task'

interface Props {
  app: App
  session: string
  /** Why something was refused. */
  error: {code: string} | ApiError | null
  /** Called when its folder is there: try again. */
  again: () => void
}

/** Where the worktree of a session is gone: makes it again, and tries again, in one tap. */
export function MakeAnew({app, session, error, again}: Props) {
  const task = useTask()
  if (error?.code !== 'WORKTREE_GONE') return null

  const make = async () => {
    if (!(await task.run(() => app.api.resume(session, true)))) return
    app.refresh()
    again()
  }
  return (
    <div class="stack stack-close">
      <Failure error={task.error} />
      <button type="button" class="button button-main button-thumb" disabled={task.busy} onClick={() => void make()}>
        <Icon name={task.busy ? 'loader-circle' : 'rotate-ccw'} class={task.busy ? 'icon-spin' : ''} />
        {task.busy ? words.makingAnew : words.makeAnew}
      </button>
    </div>
  )
}

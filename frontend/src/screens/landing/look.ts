/** What is looked at before it is done, and looked at again when something moved. */

import {useState} from 'preact/hooks'

import type {ApiError} from '../../lib/api'
import {useAnswer} from '../../ui/answer'
import {useTask} from '../../ui/task'

/**
 * Look at once, and again when one of *on* changes; then `act` with what was seen. Where that is not what is there
 * any more nothing was done: `changed` says so, and it is looked at anew.
 */
export function useLook<T>(look: () => Promise<T>, on: readonly unknown[]) {
  const {value, error, busy: looking, again} = useAnswer(look, on)
  const [changed, setChanged] = useState(false)
  const task = useTask()
  const seen = error ? undefined : value

  /** Its result; undefined where nothing was done. */
  const act = <R>(work: (seen: T) => Promise<R>): Promise<R | undefined> =>
    task.run(async () => {
      setChanged(false)
      try {
        return await work(seen!)
      } catch (failure) {
        if ((failure as ApiError).code !== 'CHANGED_MEANWHILE') throw failure
        setChanged(true)
        await again()
        return undefined
      }
    })
  return {seen, error, looking, changed, act, again: () => void again(), busy: task.busy, slow: task.slow, failure: task.error}
}

export type Look<T> = ReturnType<typeof useLook<T>>

/** What is looked at before it is done, and looked at again when something moved. */

import {useEffect, useRef, useState} from 'preact/hooks'

import type {App} from '../../app/app'
import type {ApiError} from '../../lib/api'
import {useTask} from '../../ui/task'

/**
 * Look at once, and again when one of *on* changes; then `act` with what was seen. Where that is not what is there
 * any more nothing was done: `changed` says so, and it is looked at anew.
 */
export function useLook<T>(app: App, look: () => Promise<T>, on: readonly unknown[]) {
  const [seen, setSeen] = useState<T | undefined>(undefined)
  const [error, setError] = useState<ApiError | null>(null)
  const [looking, setLooking] = useState(false)
  const [changed, setChanged] = useState(false)
  const task = useTask(app)
  const newest = useRef(0)

  const again = async () => {
    const mine = ++newest.current
    setLooking(true)
    try {
      const found = await look()
      if (mine !== newest.current) return
      setSeen(found)
      setError(null)
    } catch (failure) {
      if (mine !== newest.current) return
      if ((failure as ApiError).status === 401) app.unauthorized()
      setSeen(undefined)
      setError(failure as ApiError)
    }
    setLooking(false)
  }
  useEffect(() => {
    void again()
    return () => void newest.current++
  }, on)

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

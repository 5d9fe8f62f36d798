import {useLayoutEffect, useRef, useState} from 'preact/hooks'

import type {ApiError} from '../lib/api'
import {Newest} from '../lib/newest'

interface Answer<T> {
  /** The last one that was no failure. */
  value: T | undefined
  /** Why the newest one failed. */
  error: ApiError | null
  /** One is on its way. */
  busy: boolean
}

/**
 * What Janus answers: asked for at once, and again when one of *on* changes or `again` is called, with *other* for
 * something else. Only the newest question is answered, however late an earlier answer comes; none once the component is gone.
 */
export function useAnswer<T>(ask: () => Promise<T>, on: readonly unknown[]) {
  const [answer, show] = useState<Answer<T>>({value: undefined, error: null, busy: true})
  const newest = useRef(new Newest()).current
  const again = async (other = ask): Promise<void> => {
    const counts = newest.askAnew()
    show(now => ({...now, busy: true}))
    const settle = (change: Partial<Answer<T>>) => counts() && show(now => ({...now, error: null, busy: false, ...change}))
    await other().then(value => settle({value}), (error: ApiError) => settle({error}))
  }
  // As it is drawn, so that no answer to another question can be acted on meanwhile.
  useLayoutEffect(() => {
    void again()
    return () => newest.drop()
  }, on)
  return {...answer, again}
}

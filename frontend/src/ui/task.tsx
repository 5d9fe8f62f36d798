import {useLayoutEffect, useRef, useState} from 'preact/hooks'

import type {ApiError} from '../lib/api'
import {Icon} from './icon'
import {words} from './strings'

/** Milliseconds after which an action needs a sign that it is still going on. */
const NOTICED = 1000

interface Condition {
  busy: boolean
  /** It has taken long enough to say so. */
  slow: boolean
  error: ApiError | null
}

const REST: Condition = {busy: false, slow: false, error: null}

/**
 * One action of the user at a time: whether it is running, and how it failed. What closes a sheet or leads to another
 * screen afterwards is its *then*: by the time of a late answer, the user may have gone on to something else.
 */
export function useTask() {
  const [condition, setCondition] = useState(REST)
  const running = useRef(false)
  const here = useRef(true)
  useLayoutEffect(() => () => void (here.current = false), [])

  /** Its result; undefined if it failed, or another one is still running. *then* is called with it as long as this is drawn. */
  async function run<T>(work: () => Promise<T>, then?: (result: T) => void): Promise<T | undefined> {
    if (running.current) return undefined
    running.current = true
    setCondition({...REST, busy: true})
    const timer = setTimeout(() => setCondition({...REST, busy: true, slow: true}), NOTICED)
    let error: ApiError | null = null
    try {
      const result = await work()
      if (here.current) then?.(result)
      return result
    } catch (failure) {
      error = failure as ApiError
      return undefined
    } finally {
      clearTimeout(timer)
      running.current = false
      setCondition({...REST, error})
    }
  }
  return {...condition, run, reset: () => setCondition(REST)}
}

/** An error message, announced at once. */
export function Failure({error}: {error: ApiError | null}) {
  if (!error) return null
  return (
    <p class="note note-wrong" role="alert">
      <Icon name="circle-alert" />
      <span dir="auto">{error.message || words.somethingWrong}</span>
    </p>
  )
}

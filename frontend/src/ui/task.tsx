import {useRef, useState} from 'preact/hooks'

import type {ApiError} from '../lib/api'
import {Icon} from './icon'
import {words} from './strings'

/** Nobody notices less; more needs a sign that something happens. */
const NOTICED = 1000

interface Condition {
  busy: boolean
  /** It takes so long that a word about it is due. */
  slow: boolean
  error: ApiError | null
}

const REST: Condition = {busy: false, slow: false, error: null}

/** Something the user has asked for, one at a time: whether it goes on, and how it failed. */
export function useTask(app: {unauthorized: () => void}) {
  const [condition, setCondition] = useState(REST)
  const running = useRef(false)

  /** What came of it; undefined if it failed, or another one is still running. */
  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (running.current) return undefined
    running.current = true
    setCondition({...REST, busy: true})
    const timer = setTimeout(() => setCondition({...REST, busy: true, slow: true}), NOTICED)
    let error: ApiError | null = null
    try {
      return await work()
    } catch (failure) {
      error = failure as ApiError
      if (error.status === 401) app.unauthorized()
      return undefined
    } finally {
      clearTimeout(timer)
      running.current = false
      setCondition({...REST, error})
    }
  }
  return {...condition, run, reset: () => setCondition(REST)}
}

/** What went wrong, said at once. */
export function Failure({error}: {error: ApiError | null}) {
  if (!error) return null
  return (
    <p class="note note-wrong" role="alert">
      <Icon name="circle-alert" />
      <span dir="auto">{error.message || words.somethingWrong}</span>
    </p>
  )
}

import type {ComponentType} from 'preact'
import {useEffect, useState} from 'preact/hooks'

import {hasNewer} from '../lib/upgrade'
import {words} from './strings'

/** A component whose code is fetched when it is first drawn, or earlier by its `prefetch`. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>) {
  let loading: Promise<ComponentType<P>> | undefined
  let loaded: ComponentType<P> | undefined
  const prefetch = async () => {
    // After a failure the next attempt starts over.
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return (loaded = await loading)
  }
  function Lazy(props: P) {
    const [Ready, setReady] = useState<ComponentType<P> | undefined>(() => loaded)
    const [failed, setFailed] = useState(false)
    const [newer, setNewer] = useState(false)
    const fetch = () => {
      setFailed(false)
      prefetch().then(component => setReady(() => component), () => {
        setFailed(true)
        void hasNewer().then(setNewer)
      })
    }
    useEffect(() => {
      if (!Ready) fetch()
    }, [])
    useEffect(() => {
      if (!failed) return
      addEventListener('online', fetch)
      return () => removeEventListener('online', fetch)
    }, [failed])
    if (Ready) return <Ready {...props} />
    if (!failed) return <p class="lazy hint">{words.loading}</p>
    return (
      <div class="lazy stack">
        <p>{newer ? words.newer : words.notLoaded}</p>
        {newer
          ? <button type="button" class="button" onClick={() => location.reload()}>{words.reload}</button>
          : <button type="button" class="button" onClick={fetch}>{words.tryAgain}</button>}
      </div>
    )
  }
  return Object.assign(Lazy, {prefetch: () => void prefetch().catch(() => {})})
}

import type {ComponentType} from 'preact'
import {useEffect, useState} from 'preact/hooks'

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
    const fetch = () => {
      setFailed(false)
      prefetch().then(component => setReady(() => component), () => setFailed(true))
    }
    useEffect(() => {
      if (!Ready) fetch()
    }, [])
    if (Ready) return <Ready {...props} />
    if (!failed) return <p class="lazy hint">{words.loading}</p>
    return (
      <div class="lazy stack">
        <p>{words.notLoaded}</p>
        <button type="button" class="button" onClick={fetch}>{words.tryAgain}</button>
      </div>
    )
  }
  return Object.assign(Lazy, {prefetch: () => void prefetch().catch(() => {})})
}

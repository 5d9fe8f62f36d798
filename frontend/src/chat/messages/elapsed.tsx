import {useEffect, useState} from 'preact/hooks'

import {elapsed} from '../strings'

/** How long this has been shown; a screen reader is not told every second. */
export function Elapsed() {
  const [began] = useState(() => Date.now())
  const [now, setNow] = useState(began)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <span role="timer" aria-live="off">{elapsed((now - began) / 1000)}</span>
}

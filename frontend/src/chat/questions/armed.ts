import {useEffect, useState} from 'preact/hooks'

/** Milliseconds during which taps are ignored: they were meant for what was there before. */
const ARMING = 400

/** Whether *what* has been shown long enough to be seen. */
export function useArmed(what: string): boolean {
  const [armed, setArmed] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setArmed(what), ARMING)
    return () => clearTimeout(timer)
  }, [what])
  return armed === what
}

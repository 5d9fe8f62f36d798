import {useEffect, useState} from 'preact/hooks'

const QUERY = '(min-width: 900px)'

/** Whether the list and a conversation fit side by side. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(QUERY).matches)
  useEffect(() => {
    const media = matchMedia(QUERY)
    const change = () => setWide(media.matches)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [])
  return wide
}

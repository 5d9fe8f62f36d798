import {useEffect, useState} from 'preact/hooks'

const QUERY = '(min-width: 900px)'
const ROOMY = '(min-width: 1280px)'

/** Whether the list and a conversation fit side by side. */
export function useWide(): boolean {
  return useMedia(QUERY)
}

/** Whether a third pane fits beside them. */
export function useRoomy(): boolean {
  return useMedia(ROOMY)
}

function useMedia(query: string): boolean {
  const [wide, setWide] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const change = () => setWide(media.matches)
    media.addEventListener('change', change)
    return () => media.removeEventListener('change', change)
  }, [])
  return wide
}

import {isHidden} from '../../lib/waking'
import {every} from './timers'

const RHYTHM = 30_000

/** Tell Janus every 30 seconds that somebody is there, as long as the page is seen and *beat* is wanted. */
export function heartbeat(wanted: () => boolean, beat: () => Promise<unknown>): () => void {
  return every(RHYTHM, () => {
    // That Janus is gone the stream finds out, too.
    if (!isHidden() && wanted()) void beat().catch(() => {})
  })
}

import {isHidden} from '../../lib/waking'
import {every} from './timers'

const RHYTHM = 30_000

/** Send a heartbeat every 30 seconds while the page is visible and *wanted* is true; returns a function that stops it. */
export function heartbeat(wanted: () => boolean, beat: () => Promise<unknown>): () => void {
  return every(RHYTHM, () => {
    // A lost connection is noticed by the stream anyway.
    if (!isHidden() && wanted()) void beat().catch(() => {})
  })
}

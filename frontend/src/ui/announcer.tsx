import {signal} from '@preact/signals'

/** What screen readers say next: when they are idle, and at once. */
const polite = signal('')
const urgent = signal('')

/** Milliseconds; only a change is announced, so the region is emptied before it gets its sentence. */
const MOMENT = 100

export function announce(sentence: string, atOnce = false): void {
  const place = atOnce ? urgent : polite
  place.value = ''
  setTimeout(() => (place.value = sentence), MOMENT)
}

/** The live regions. Drawn once and for good: browsers ignore a region that has just appeared. */
export function Announcer() {
  return (
    <div class="visually-hidden">
      <output>{polite}</output>
      <p role="alert">{urgent}</p>
    </div>
  )
}

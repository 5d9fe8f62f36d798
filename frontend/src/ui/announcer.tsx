import {signal} from '@preact/signals'

/** What is said next to those who cannot see the screen: when it fits, and at once. */
const polite = signal('')
const urgent = signal('')

/** Browsers say what has changed: the same sentence again has to go away first. */
const MOMENT = 100

export function announce(sentence: string, atOnce = false): void {
  const place = atOnce ? urgent : polite
  place.value = ''
  setTimeout(() => (place.value = sentence), MOMENT)
}

/** Draw it once, where it stays: a region that has just appeared is not listened to. */
export function Announcer() {
  return (
    <div class="visually-hidden">
      <output>{polite}</output>
      <p role="alert">{urgent}</p>
    </div>
  )
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** "2 minutes ago", in the language of the browser; within a minute "now". */
export function ago(at: string, now = Date.now(), style: 'long' | 'narrow' = 'narrow'): string {
  // The phone's clock may be behind the computer's.
  const past = Math.max(0, now - Date.parse(at))
  if (past > 7 * 86_400_000) {
    return new Intl.DateTimeFormat(undefined, {day: 'numeric', month: 'short'}).format(new Date(at))
  }
  const format = new Intl.RelativeTimeFormat(undefined, {numeric: 'auto', style})
  const [unit, length] = UNITS.find(([, milliseconds]) => past >= milliseconds) ?? ['second', Infinity]
  return format.format(-Math.floor(past / length) || 0, unit)
}

// Created once: that takes longer than everything done with them.
const CLOCK = new Intl.DateTimeFormat(undefined, {hour: 'numeric', minute: '2-digit'})
const DAY = new Intl.DateTimeFormat(undefined, {weekday: 'short', day: 'numeric', month: 'short'})

export function clock(at: number): string {
  return CLOCK.format(at)
}

/** The time, with the day unless it is today. */
export function moment(at: number, now = Date.now()): string {
  const date = new Date(at)
  if (date.toDateString() === new Date(now).toDateString()) return clock(at)
  return `${DAY.format(date)}, ${clock(at)}`
}

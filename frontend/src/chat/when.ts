/** A time to come, as people say it: today only the clock, else the day too. */
export function when(at: string, now = Date.now()): string {
  const [then, today] = [new Date(at), new Date(now)]
  const day = then.toDateString() === today.toDateString() ? {} : ({weekday: 'short', day: 'numeric', month: 'short'} as const)
  return new Intl.DateTimeFormat(undefined, {...day, hour: 'numeric', minute: '2-digit'}).format(then)
}

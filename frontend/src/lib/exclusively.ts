/** Milliseconds to wait for another page of this browser: a frozen one never releases its lock. */
const POLITE = 5000

/** Do the work while no other page of this browser does it; where locks are unavailable or stuck, do it anyway. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const {locks}: Partial<Navigator> = globalThis.navigator ?? {}
  if (!locks) return await work()
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), POLITE)
  let begun = false
  try {
    return await locks.request(name, {signal: patience.signal}, async () => {
      begun = true
      clearTimeout(timer)
      return await work()
    })
  } catch (error) {
    if (begun) throw error
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

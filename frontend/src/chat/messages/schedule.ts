/** Runs small pieces of work, the newest first, a few milliseconds at a time, so that taps are never late. */

const BUDGET = 8

const waiting: (() => void)[] = []
let running = false

/** Call *work* soon; returns a function that cancels it. */
export function schedule(work: () => void): () => void {
  waiting.push(work)
  if (!running) {
    running = true
    setTimeout(go, 0)
  }
  return () => {
    const index = waiting.indexOf(work)
    if (index >= 0) waiting.splice(index, 1)
  }
}

function go(): void {
  const end = performance.now() + BUDGET
  do waiting.pop()?.()
  while (waiting.length && performance.now() < end)
  running = waiting.length > 0
  if (running) setTimeout(go, 0)
}

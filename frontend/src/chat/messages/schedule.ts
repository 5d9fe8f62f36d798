/** Much work in small parts: the newest first, some milliseconds a frame, so that a tap is never late. */

const BUDGET = 8

const waiting: (() => void)[] = []
let running = false

/** Call *work* soon; returns what calls it off. */
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

/** When work is done: before the next frame, every so often, at each event. Each returns what stops it. */

/** Milliseconds; a hidden page has no frames, and must still know what is going on. */
const HIDDEN = 250

/** Call *draw* once, before the next paint; returns what calls it off. */
export function onNextFrame(draw: () => void): () => void {
  const off = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const now = () => {
    off()
    draw()
  }
  const frame = requestAnimationFrame(now)
  const timer = setTimeout(now, HIDDEN)
  return off
}

/** Call *work* every so many milliseconds; returns what ends that. */
export function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds)
  return () => clearInterval(timer)
}

/** Call *listener* at every such event; returns what ends that. */
export function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}

/** Deferred and repeated work. Each function returns another one that cancels it. */

/** Milliseconds; a hidden page has no frames, but must still keep up. */
const HIDDEN = 250

/** Call *draw* once, before the next paint. */
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

/** Draw at most once a frame: `soon` asks for it, `end` cancels what was asked for. */
export function eachFrame(draw: () => void): {soon: () => void; end: () => void} {
  let off: (() => void) | undefined
  const soon = () => {
    off ??= onNextFrame(() => {
      off = undefined
      draw()
    })
  }
  return {soon, end: () => off?.()}
}

/** Call *work* at this interval. */
export function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds)
  return () => clearInterval(timer)
}

/** Call *listener* at every such event. */
export function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener)
  return () => target.removeEventListener(name, listener)
}

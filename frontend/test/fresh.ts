/** One jsdom serves all files of a worker, in a third of the time: each gets it as if it were new. */
import {afterAll, vi} from 'vitest'

const undo: (() => void)[] = []

if (typeof document !== 'undefined') {
  for (const target of [window, document] as EventTarget[]) {
    const listen = target.addEventListener
    target.addEventListener = (type, listener, options) => {
      listen.call(target, type, listener, options)
      undo.push(() => target.removeEventListener(type, listener, options))
    }
    undo.push(() => void (target.addEventListener = listen))
  }
}

/** Milliseconds. What waits no longer may be Preact's, which is one for all files, and waits for ever if that never comes. */
const SHORT = 100

// What a file has set going, such as a stream that tries again, is no matter of the next one.
for (const [set, clear] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']] as const) {
  const before = globalThis[set] as (...call: unknown[]) => number
  const running: number[] = []
  const wrapped = (...call: unknown[]) => {
    const timer = before(...call)
    if (Number(call[1]) > SHORT) running.push(timer)
    return timer
  }
  Object.assign(globalThis, {[set]: Object.assign(wrapped, before)})
  undo.push(() => {
    Object.assign(globalThis, {[set]: before})
    for (const timer of running) globalThis[clear](timer)
  })
}

// What takes milliseconds takes seconds on a busy computer.
const waitFor = vi.waitFor
vi.waitFor = (done, options) => waitFor(done, options ?? {timeout: 50_000})
undo.push(() => void (vi.waitFor = waitFor))

afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.resetModules()
  for (const it of undo.splice(0)) it()
  if (typeof document === 'undefined') return
  document.body.replaceChildren()
  localStorage.clear()
  sessionStorage.clear()
})

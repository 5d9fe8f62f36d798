/**
 * The phone's back button closes what is open over a screen, one thing at a time: each sheet has an entry in the
 * history, on the address of its screen, with its number from below.
 */

interface Entry {
  sheet?: number
}

interface Open {
  close: () => void
  /** It has an entry: leaving that closes it. */
  covered: boolean
}

/** Each sheet that is open, the lowest first. */
const open: Open[] = []
/**
 * Milliseconds for the browser to be at another entry. It takes a few, and a second where the phone is busy: who did
 * not wait for it would be led back from where he went meanwhile.
 */
const PATIENCE = 10_000
/** The browser is on its way to another entry. */
let moving: ReturnType<typeof setTimeout> | undefined
/** How many sheets stay where the page itself goes back to; undefined while it does not. */
let stay: number | undefined
const waiting: (() => void)[] = []

/** How many entries of sheets lie above that of the screen, at the present one. */
export function sheetsHere(): number {
  return (history.state as Entry | null)?.sheet ?? 0
}

/** Go back so many entries. */
export function goBack(steps: number): void {
  stay = Math.max(0, sheetsHere() - steps)
  clearTimeout(moving)
  moving = setTimeout(settle, PATIENCE)
  history.go(-steps)
}

/** Call *work* when the browser is not on its way any more: now, or in a moment. */
export function whenStill(work: () => void): void {
  if (moving) waiting.push(work)
  else work()
}

/** Something opened, which *close* closes if it can. Returns what is to be called when it has closed. */
export function opened(close: () => void): () => void {
  const sheet: Open = {close, covered: false}
  open.push(sheet)
  whenStill(cover)
  return () => {
    open.splice(open.indexOf(sheet), 1)
    // What closed it may lead to another screen, which then takes the place of the entry.
    setTimeout(() => whenStill(uncover))
  }
}

/** An entry for each sheet; one that is left from another sheet will do. */
function cover(): void {
  for (let sheet = sheetsHere() + 1; sheet <= open.length; sheet++) history.pushState({...history.state, sheet}, '')
  for (const sheet of open) sheet.covered = true
}

/** Leave the entries of sheets that are gone. */
function uncover(): void {
  const left = sheetsHere() - open.length
  if (left > 0) goBack(left)
}

globalThis.addEventListener?.('popstate', arrived)

function arrived(): void {
  // What the page itself goes back from is closed, or goes with its screen: to close it now could lead elsewhere. And one
  // that opened while the browser was on its way back from another has no entry that was left.
  for (const sheet of open.slice(sheetsHere(), stay).reverse()) if (sheet.covered) sheet.close()
  stay = undefined
  // One that cannot be closed now has its entry again; and nobody stays where a sheet once was.
  clearTimeout(moving)
  moving = setTimeout(() => {
    settle()
    whenStill(uncover)
  })
}

/** The browser is there, or does not go: what waited for it goes on. */
function settle(): void {
  moving = stay = undefined
  for (const work of waiting.splice(0)) whenStill(work)
  // Another screen is drawn by then, without the sheets of this one.
  queueMicrotask(() => whenStill(cover))
}

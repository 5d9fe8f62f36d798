/** Which screen an address stands for, in its fragment. */

export type Route =
  | {screen: 'list'}
  | {screen: 'new'}
  | {screen: 'projects'}
  | {screen: 'terminal'}
  | {screen: 'settings'}
  /** What another app has shared; `problem` says why it could not be kept. */
  | {screen: 'share'; problem: string}
  /** With the id of a session, in that one. */
  | {screen: 'drive'; sessionId: string}
  /** `message` is the id of the one to show; `work` is shown instead of what was said. */
  | {screen: 'chat'; sessionId: string; message?: string; work?: WorkRoute}

/** What a session did: its changes, or those of one turn, or of one file of them; or a file as it is. */
export type WorkRoute = {view: 'changes'; turn?: string; path?: string} | {view: 'file'; path: string; line?: number}

const SESSION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** The screen a fragment stands for; the list if it stands for none. */
export function parse(hash: string): Route {
  const [first = '', second = '', third = ''] = hash.replace(/^#?\/?/, '').split(/[/?]/)
  if (first === 'new' || first === 'projects' || first === 'terminal') return {screen: first}
  if (first === 'share') return {screen: first, problem: second}
  if (first === 'settings') return {screen: 'settings'}
  if (first === 'drive') return {screen: 'drive', sessionId: SESSION.test(second) ? second : ''}
  if (first === 's' && SESSION.test(second)) {
    const query = new URLSearchParams(hash.split('?')[1])
    const message = query.get('m')
    const work = workOf(third, query)
    return {screen: 'chat', sessionId: second, ...(message && {message}), ...(work && {work})}
  }
  return {screen: 'list'}
}

function workOf(view: string, query: URLSearchParams): WorkRoute | undefined {
  const [turn, path, line] = ['t', 'p', 'l'].map(name => query.get(name))
  if (view === 'changes') return {view, ...(turn && {turn}), ...(path && {path})}
  if (view === 'file' && path) return {view, path, ...(Number(line) > 0 && {line: Number(line)})}
  return undefined
}

/** The address of what a session did. */
export function workPath(sessionId: string, work: WorkRoute): string {
  const {view, path} = work
  const query = new URLSearchParams({
    ...(work.view === 'changes' && work.turn && {t: work.turn}),
    ...(path && {p: path}),
    ...(work.view === 'file' && work.line && {l: String(work.line)}),
  })
  return `/s/${sessionId}/${view}${query.size ? `?${query}` : ''}`
}

/** The code in a pairing link, `#p=…` or `#p=…&now`; empty if it is not one. */
export function pairingCode(hash: string): string {
  return /^#p=([0-9A-Za-z-]{1,40})(?:&now)?$/.exec(hash)?.[1] ?? ''
}

/** Whether the link pairs by being opened: one that the terminal of this computer shows. */
export function pairsAtOnce(hash: string): boolean {
  return hash.endsWith('&now') && pairingCode(hash) !== ''
}

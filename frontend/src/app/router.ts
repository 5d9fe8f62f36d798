/**
 * Which screen is shown: it stands in the fragment of the address, so that the server need not
 * know of it, a notification can lead to it, and the back of the phone leads out of it.
 */

import {signal} from '@preact/signals'

export type Route =
  | {screen: 'list'}
  | {screen: 'new'}
  | {screen: 'settings'}
  | {screen: 'chat'; sessionId: string}

const SESSION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** The screen of a fragment; of one that means nothing, the list. */
export function parse(hash: string): Route {
  const [first = '', second = ''] = hash.replace(/^#?\/?/, '').split(/[/?]/)
  if (first === 'new') return {screen: 'new'}
  if (first === 'settings') return {screen: 'settings'}
  if (first === 's' && SESSION.test(second)) return {screen: 'chat', sessionId: second}
  return {screen: 'list'}
}

/** The code of a pairing link, `#p=…`; empty if it is none. */
export function pairingCode(hash: string): string {
  return /^#p=([0-9A-Za-z-]{1,40})$/.exec(hash)?.[1] ?? ''
}

/** The pairing code in the address, which is then there no more: codes are not for the history. */
export function takePairingCode(): string {
  const code = pairingCode(location.hash)
  if (location.hash.startsWith('#p=')) {
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return code
}

/** What each entry of the browser's history knows: the path it was reached from. */
interface Under {
  under?: string
}

export class Router {
  readonly route = signal<Route>(parse(location.hash))

  constructor() {
    addEventListener('popstate', this.#read)
    addEventListener('hashchange', this.#read)
  }

  /**
   * Go to a path. To the one before goes back, so that the history does not become a maze, and a
   * sheet leaves no trace in it.
   */
  readonly go = (path: string): void => {
    const now = pathNow()
    if (path === now) return
    const {under} = (history.state ?? {}) as Under
    if (path === under) {
      history.back()
      return
    }
    if (path === '/' || now.startsWith('/new')) history.replaceState({under}, '', `#${path}`)
    else history.pushState({under: now} satisfies Under, '', `#${path}`)
    this.#read()
  }

  readonly #read = (): void => {
    this.route.value = parse(location.hash)
  }
}

function pathNow(): string {
  return location.hash.replace(/^#\/?/, '/')
}

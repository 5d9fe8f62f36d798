/**
 * Which screen is shown. It is in the fragment of the address, so that the server need not know
 * it, a notification can link to it, and the phone's back button leaves it.
 */

import {signal} from '@preact/signals'

export type Route =
  | {screen: 'list'}
  | {screen: 'new'}
  | {screen: 'settings'}
  | {screen: 'chat'; sessionId: string}

const SESSION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** The screen a fragment stands for; the list if it stands for none. */
export function parse(hash: string): Route {
  const [first = '', second = ''] = hash.replace(/^#?\/?/, '').split(/[/?]/)
  if (first === 'new') return {screen: 'new'}
  if (first === 'settings') return {screen: 'settings'}
  if (first === 's' && SESSION.test(second)) return {screen: 'chat', sessionId: second}
  return {screen: 'list'}
}

/** The code in a pairing link, `#p=…`; empty if it is not one. */
export function pairingCode(hash: string): string {
  return /^#p=([0-9A-Za-z-]{1,40})$/.exec(hash)?.[1] ?? ''
}

/** Take the pairing code out of the address: it must not stay in the history. */
export function takePairingCode(): string {
  const code = pairingCode(location.hash)
  if (location.hash.startsWith('#p=')) {
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return code
}

/** What is stored with each history entry: the path it was reached from. */
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
   * Go to a path. Returning to the previous one goes back in the history, so that it stays short
   * and sheets leave no entry in it.
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

/**
 * Which screen is shown. It is in the fragment of the address, so that the server need not know
 * it, a notification can link to it, and the phone's back button leaves it.
 */

import {signal} from '@preact/signals'

import {goBack, sheetsHere, whenStill} from '../lib/back'
import {pairingCode, parse, type Route} from './route'

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

/** The path from which the present screen was reached; undefined if it was opened by a link. */
export function cameFrom(): string | undefined {
  return (history.state as Under | null)?.under
}

export class Router {
  readonly route = signal<Route>(parse(location.hash))
  #hash = location.hash

  constructor() {
    addEventListener('popstate', this.#read)
    addEventListener('hashchange', this.#read)
  }

  /**
   * Go to a path. Returning to the previous one goes back in the history, so that it stays short
   * and sheets leave no entry in it; *instead* takes the place of the present one.
   */
  readonly go = (path: string, instead?: 'instead'): void => whenStill(() => this.#go(path, instead))

  #go(path: string, instead?: 'instead'): void {
    const now = pathNow()
    if (path === now) return
    const under = cameFrom()
    if (path === under) {
      goBack(1 + sheetsHere())
      return
    }
    const replaces = path === '/' || now.startsWith('/new') || instead
    if (replaces && sheetsHere()) {
      // What is replaced is the screen below the sheets.
      goBack(sheetsHere())
      whenStill(() => this.#go(path, instead))
    } else if (replaces) history.replaceState({under}, '', `#${path}`)
    // A sheet from which one leaves is not what one comes back to.
    else if (sheetsHere()) history.replaceState({under: now} satisfies Under, '', `#${path}`)
    else history.pushState({under: now} satisfies Under, '', `#${path}`)
    this.#read()
  }

  readonly #read = (): void => {
    const {hash} = location
    // A sheet was opened or closed: the screen stays.
    if (hash === this.#hash) return
    this.#hash = hash
    this.route.value = parse(hash)
  }
}

function pathNow(): string {
  return location.hash.replace(/^#\/?/, '/') || '/'
}

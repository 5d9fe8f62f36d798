/** Small values in `localStorage`, as JSON; where the browser refuses, they last as long as the page is open. */

import {ours} from '../lib/base'

const PREFIX = ours('janus.')
const refused = new Map<string, string>()

export function loadItem<T>(name: string, otherwise: T): T {
  try {
    const text = refused.get(name) ?? localStorage.getItem(PREFIX + name)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

export function saveItem(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    localStorage.setItem(PREFIX + name, text)
    refused.delete(name)
  } catch {
    refused.set(name, text)
  }
}

export function removeItem(name: string): void {
  refused.delete(name)
  try {
    localStorage.removeItem(PREFIX + name)
  } catch {
    // Storage that cannot be written to holds nothing of ours.
  }
}

/** Remove everything whose name does not begin with *kept*. */
export function removeItems(kept: string): void {
  refused.clear()
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(PREFIX + kept)) localStorage.removeItem(key)
    }
  } catch {
    // Storage that is not available holds nothing of ours.
  }
}

/** Call *changed* when another page of this browser saves or removes this item. */
export function onChangedElsewhere(name: string, changed: () => void): void {
  // No key means that all of the storage was cleared.
  addEventListener('storage', ({key}) => (key === PREFIX + name || key === null) && changed())
}

/** Small things this browser remembers, as JSON; for as long as the page is open if it refuses to. */

const PREFIX = 'janus.'
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
    // What cannot be written cannot have been kept.
  }
}

/** Call *changed* when another page of this browser keeps or forgets something of that name. */
export function onChangedElsewhere(name: string, changed: () => void): void {
  // Without a key everything was forgotten.
  addEventListener('storage', ({key}) => (key === PREFIX + name || key === null) && changed())
}

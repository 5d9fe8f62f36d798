// @ts-check
/** What survives a reload, where the browser lets us keep it. */

/** @param {string} name */
export const get = (name) => attempt(() => localStorage.getItem(`janus.${name}`)) ?? ''
/** @param {string} name @param {string} text */
export const set = (name, text) => attempt(() => localStorage.setItem(`janus.${name}`, text))

/** What *work* yields, or null where it fails. @template T @param {() => T} work */
export function attempt(work) {
  try {
    return work()
  } catch {
    return null
  }
}

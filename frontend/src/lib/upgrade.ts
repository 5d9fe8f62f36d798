/**
 * After an upgrade of Janus a page that is open goes on, unless it needs a part that is gone. Then it is loaded anew: by
 * itself where nothing is lost by that, and once for each version, so that it never goes round in circles.
 */

import {base, ours} from './base'

const RELOADED = ours('janus-reloaded')
const TYPED = 'textarea, input:not([type=radio], [type=checkbox], [type=search])'

/** Whether the server has another page than this one. A part was missing. */
export async function hasNewer(reload = () => location.reload()): Promise<boolean> {
  const version = await newer().catch(() => '')
  if (version && !isBusy() && isFirst(version)) reload()
  return version !== ''
}

/** What the page of the server begins with; nothing if this one does, too. */
async function newer(): Promise<string> {
  const own = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src
  const page = await (await fetch(`${base}/`, {cache: 'no-store'})).text()
  const [, script = ''] = /<script type="module"[^>]* src="\.\/(assets\/[\w-]+\.js)"/.exec(page) ?? []
  return own && !own.endsWith(`/${script}`) ? script : ''
}

/** Something is typed, open, or said. */
function isBusy(): boolean {
  const typed = [...document.querySelectorAll<HTMLInputElement>(TYPED)].some(({value, defaultValue}) => value !== defaultValue)
  return typed || document.querySelector('dialog[open], .composer-listening') !== null
}

function isFirst(version: string): boolean {
  try {
    const first = sessionStorage.getItem(RELOADED) !== version
    sessionStorage.setItem(RELOADED, version)
    return first
  } catch {
    return false // what cannot be remembered would happen again and again
  }
}

/** What other apps shared with the page, as its worker has kept it: see `worker/shares.ts`. */

import {base} from './base'

const NAME = `janus-shared${base}`

export interface Shared {
  text: string
  files: readonly File[]
  /** It is put somewhere: forget this, and nothing that came since. */
  forget: () => Promise<void>
}

export async function isSharedWaiting(): Promise<boolean> {
  // Asking must not make one.
  return (await globalThis.caches?.has(NAME)) ? (await (await caches.open(NAME)).keys()).length > 0 : false
}

/** All that waits. */
export async function shared(): Promise<Shared> {
  const cache = await caches.open(NAME)
  const requests = await cache.keys()
  const forms = await Promise.all(requests.map(async request => (await cache.match(request))?.formData().catch(() => null)))
  return {
    text: forms.map(form => (form ? textOf(form) : '')).filter(Boolean).join('\n\n'),
    files: forms.flatMap(form => form?.getAll('files') ?? []).filter((it): it is File => it instanceof File && it.size > 0),
    forget: async () => void (await Promise.all(requests.map(request => cache.delete(request)))),
  }
}

/** Title, text and address on lines of their own; apps say some of it twice. */
export function textOf(form: FormData): string {
  const said = ['title', 'text', 'url'].map(name => String(form.get(name) ?? '').trim()).filter(Boolean)
  return said.filter((it, at) => !said.some((other, place) => place !== at && other.includes(it) && (other !== it || place < at))).join('\n')
}

/**
 * What other apps share with the installed page: kept on the device until its user says where it goes.
 *
 * A page elsewhere can post a form as well, and hide where it comes from. So nothing is sent from here, little is kept, and all of it
 * is looked at first.
 */

import type {WorkerScope} from './shell'

/** Bytes of all that is shared at once, with ten files of 20 MB and the words; and how often something may wait. */
const MOST = (10 * 20 + 1) << 20
const WAITING = 5

interface ShareEvent {
  request: Request
  respondWith(response: Promise<Response>): void
}

export function takeShares(self: WorkerScope): void {
  const {origin, pathname: own = ''} = self.location
  const base = own.replace(/\/[^/]*$/, '')
  self.addEventListener('fetch', (event: ShareEvent) => {
    const {method, url} = event.request
    if (method === 'POST' && url.split('?')[0] === `${origin}${base}/share`) event.respondWith(keep(event.request))
  })

  /** The page that asks where it goes, or says why it was not kept. */
  async function keep(request: Request): Promise<Response> {
    const show = (what: string) => Response.redirect(`${origin}${base}/#/${what}`, 303)
    const from = request.referrer && request.referrer !== 'about:client' ? new URL(request.referrer).origin : origin
    if (request.destination !== 'document' || from !== origin) return show('')
    try {
      const body = await request.blob()
      if (body.size > MOST) return show('share/large')
      // `lib/shared.ts` reads it there: the worker shares no code with the page.
      const cache = await self.caches.open(`janus-shared${base}`)
      if ((await cache.keys()).length >= WAITING) return show('share/many')
      const headers = {'Content-Type': request.headers.get('Content-Type') ?? ''}
      await cache.put(`${base}/shared/${Date.now()}-${Math.random()}`, new Response(body, {headers}))
      return show('share')
    } catch {
      return show('share/lost')
    }
  }
}

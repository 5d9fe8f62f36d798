/**
 * Notifications that arrive while no page is open.
 *
 * Every push is shown, whatever is in it: browsers withdraw the subscription of a page that shows none. Janus is told
 * that it arrived, and that it was tapped; the id in it is all the credential that takes.
 */

interface Shown {
  title: string
  body: string
  /** Where a tap leads; only ever to this page. */
  navigate: string
  /** What has the same tag takes its place. */
  tag: string
  silent: boolean
  data: {push_id: string; session_id: string; kind: string}
}

/** The part of a worker's `self` that is used. */
export interface PushScope {
  addEventListener(type: string, listener: (event: never) => void): void
  clients: {
    matchAll(options: {type: 'window'; includeUncontrolled: boolean}): Promise<Page[]>
    openWindow(url: string): Promise<unknown>
  }
  location: {origin: string; pathname?: string}
  registration: {showNotification(title: string, options: NotificationOptions): Promise<void>}
  fetch(request: string, init?: RequestInit): Promise<Response>
}

interface Page {
  url: string
  focus(): Promise<unknown>
  navigate(url: string): Promise<unknown>
}

interface Work {
  waitUntil(work: Promise<unknown>): void
}

interface PushEvent extends Work {
  data: {json(): unknown} | null
}

interface ClickEvent extends Work {
  notification: {close(): void; data?: unknown}
}

const UNKNOWN = {title: 'Janus', body: 'Something happened. Open Janus to see it.'}

export function hearPushes(self: PushScope): void {
  const base = (self.location.pathname ?? '').replace(/\/[^/]*$/, '')
  self.addEventListener('push', (event: PushEvent) => event.waitUntil(show(event)))
  self.addEventListener('notificationclick', (event: ClickEvent) => event.waitUntil(open(event)))

  async function show(event: PushEvent): Promise<void> {
    const {title, body, navigate, tag, silent, data} = read(event)
    const options = {
      body,
      tag,
      silent,
      icon: `${base}/icon-192.png`,
      badge: `${base}/icon-192.png`,
      data: {url: ours(navigate), push_id: data?.push_id},
      // A question that replaces another one of the same tag is to be heard, too.
      renotify: !silent && Boolean(tag),
    }
    await self.registration.showNotification(title, options as NotificationOptions)
    await report(data?.push_id, 'arrived')
  }

  async function open(event: ClickEvent): Promise<void> {
    const {url, push_id} = (event.notification.data ?? {}) as {url?: string; push_id?: string}
    event.notification.close()
    const target = ours(url)
    const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true})
    const page = pages.find(one => one.url === target) ?? pages.find(one => isOurs(one.url))
    const reported = report(push_id, 'seen')
    if (page) {
      await page.focus().catch(() => {})
      if (page.url !== target) await page.navigate(target).catch(() => self.clients.openWindow(target))
    } else {
      await self.clients.openWindow(target)
    }
    await reported
  }

  /** An address of this page: whatever stands in a push leads nowhere else. */
  function ours(url: string | undefined): string {
    return url && isOurs(url) ? url : `${self.location.origin}${base}/`
  }

  function isOurs(url: string): boolean {
    return url.startsWith(`${self.location.origin}${base}/`)
  }

  async function report(push_id: string | undefined, outcome: 'arrived' | 'seen'): Promise<void> {
    if (!push_id) return
    const body = JSON.stringify({push_id, outcome})
    const init = {method: 'POST', headers: {'Content-Type': 'application/json'}, body, keepalive: true, credentials: 'omit' as const}
    // Not as a page that is paired: that would take its key, which no worker has.
    // Without a way to the computer it is told another way in a minute: better twice than never.
    await self.fetch(`${base}/api/push/receipt`, init).catch(() => {})
  }
}

function read(event: PushEvent): Partial<Shown> & {title: string; body: string} {
  try {
    const {notification} = event.data?.json() as {notification: Shown}
    return typeof notification.title === 'string' && typeof notification.body === 'string' ? notification : UNKNOWN
  } catch {
    return UNKNOWN
  }
}

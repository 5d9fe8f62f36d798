/**
 * Notifications that arrive while no page is open.
 *
 * Every push is shown, whatever is in it: browsers withdraw the subscription of a page that shows none. Janus is told
 * that it arrived, and that it was tapped; the id in it is all the credential that takes. A question with a digest can be
 * answered at once: that takes the cookie of this device as well, and what becomes of it takes the question's place.
 */

interface Shown {
  title: string
  body: string
  /** Where a tap leads; only ever to this page. */
  navigate: string
  /** What has the same tag takes its place. */
  tag: string
  silent: boolean
  /** `digest` stands for a question that may be answered without a look at more than the notification. */
  data: {push_id: string; session_id: string; kind: string; digest?: string}
}

/** What a notification keeps for the tap on it. */
interface Kept {
  url?: string
  push_id?: string
  digest?: string
  body?: string
}

type Decision = 'allow' | 'deny'

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
  /** Which button; empty for the notification itself. */
  action?: string
  notification: {close(): void; tag?: string; data?: unknown}
}

const UNKNOWN = {title: 'Janus', body: 'Something happened. Open Janus to see it.'}
const BUTTONS = [{action: 'allow', title: 'Allow once'}, {action: 'deny', title: 'Deny'}]
const OPEN = [{action: 'open', title: 'Open'}]
const DONE = {allow: 'Allowed once', deny: 'Denied'}
const UNSURE = {title: 'Janus was not reached', body: 'Your answer may be lost. Try again, or open Janus.'}
/** Milliseconds for an answer to reach Janus. */
const SOON = 15_000

export function hearPushes(self: PushScope): void {
  const base = (self.location.pathname ?? '').replace(/\/[^/]*$/, '')
  self.addEventListener('push', (event: PushEvent) => event.waitUntil(show(event)))
  self.addEventListener('notificationclick', (event: ClickEvent) => event.waitUntil(tapped(event)))
  /** The questions that were answered here: a second tap is no second answer. */
  const answered = new Set<string>()

  async function show(event: PushEvent): Promise<void> {
    const {title, body, navigate, tag, silent, data} = read(event)
    const isAsked = !silent && (data?.kind === 'permission' || data?.kind === 'question')
    const kept: Kept = {url: ours(navigate), push_id: data?.push_id, ...(isAsked && data.digest && {digest: data.digest, body})}
    // A question that replaces another one of the same tag is to be heard, too.
    const loud = {silent, renotify: !silent && Boolean(tag)}
    await draw(title, {body, tag, ...loud, data: kept, actions: kept.digest ? BUTTONS : isAsked ? OPEN : []})
    await report(data?.push_id, 'arrived')
  }

  function draw(title: string, options: NotificationOptions & {actions: object[]; renotify?: boolean}): Promise<void> {
    const icon = `${base}/icon-192.png`
    return self.registration.showNotification(title, {icon, badge: icon, ...options})
  }

  function tapped({action, notification}: ClickEvent): Promise<void> {
    const kept = (notification.data ?? {}) as Kept
    if ((action === 'allow' || action === 'deny') && kept.push_id && kept.digest) return answer(action, notification, kept)
    return open(notification, kept)
  }

  /** Give the answer to the question that was shown, and to no other; then say what became of it in its place. */
  async function answer(decision: Decision, {tag = ''}: ClickEvent['notification'], kept: Kept): Promise<void> {
    const {url, push_id = '', digest, body = ''} = kept
    if (answered.has(push_id)) return
    answered.add(push_id)
    const replace = (title: string, text: string, more: {data: Kept; actions: object[]} = {data: {url, push_id}, actions: []}) =>
      draw(title, {body: text, tag, silent: true, ...more})
    await replace('Sending your answer', body)
    const refused = await send({push_id, digest, decision})
    if (refused === undefined) {
      answered.delete(push_id)
      await replace(UNSURE.title, `${UNSURE.body}\n${body}`, {data: kept, actions: BUTTONS})
    } else if (refused) {
      await replace('Your answer was not taken', refused, {data: {url, push_id}, actions: OPEN})
    } else {
      await replace(DONE[decision], body)
    }
  }

  /** Empty if the answer was taken, else why not; undefined if nobody knows. */
  async function send(said: object): Promise<string | undefined> {
    const headers = {'Content-Type': 'application/json'}
    const init = {method: 'POST', headers, body: JSON.stringify(said), credentials: 'same-origin' as const, signal: AbortSignal.timeout(SOON)}
    try {
      const response = await self.fetch(`${base}/api/push/answer`, init)
      const {error} = await response.json()
      return response.ok ? '' : error.message
    } catch {
      return undefined
    }
  }

  async function open(notification: ClickEvent['notification'], {url, push_id}: Kept): Promise<void> {
    notification.close()
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

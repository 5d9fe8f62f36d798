// @vitest-environment node
import {expect, test} from 'vitest'
import {hearPushes, type PushScope} from '../../src/worker/push'

const ORIGIN = 'https://janus.example'

class Scope {
  location = {origin: ORIGIN, pathname: '/sw.js'}
  shown: [string, NotificationOptions & {data: {url: string; push_id?: string}}][] = []
  reports: [string, unknown][] = []
  opened: string[] = []
  pages: {url: string; focused?: boolean}[] = []
  online = true
  listeners = new Map<string, (event: object) => void>()
  registration = {
    showNotification: async (title: string, options: NotificationOptions) => void this.shown.push([title, options as never]),
  }
  clients = {
    matchAll: async () =>
      this.pages.map(page => ({
        url: page.url,
        focus: async () => void (page.focused = true),
        navigate: async (url: string) => void (page.url = url),
      })),
    openWindow: async (url: string) => void this.opened.push(url),
  }

  constructor(pathname = '/sw.js') {
    this.location.pathname = pathname
    hearPushes(this as unknown as PushScope)
  }
  addEventListener(type: string, listener: (event: never) => void) {
    this.listeners.set(type, listener as (event: object) => void)
  }
  fetch = async (path: string, init: RequestInit) => {
    if (!this.online) throw new TypeError('no network')
    this.reports.push([path, JSON.parse(init.body as string)])
    return new Response('{}')
  }
  async send(type: string, event: object) {
    let work: Promise<unknown> = Promise.resolve()
    this.listeners.get(type)!({...event, waitUntil: (promise: Promise<unknown>) => (work = promise)})
    await work
  }
  push(data: unknown) {
    return this.send('push', {data: {json: () => (typeof data === 'string' ? JSON.parse(data) : data)}})
  }
  tap(data: unknown) {
    return this.send('notificationclick', {notification: {close: () => {}, data}})
  }
}

const question = (changes: object = {}) => ({
  web_push: 8030,
  notification: {
    title: 'Fix: may it?', body: 'Run make', navigate: `${ORIGIN}/#/s/1`, tag: 'q', silent: false,
    data: {push_id: 'p', session_id: '1', kind: 'permission'}, ...changes,
  },
})

test('a push is shown, and its arrival is told', async () => {
  const scope = new Scope()
  await scope.push(question())
  const [title, options] = scope.shown[0]!
  expect([title, options.body, options.tag, options.data]).toEqual(['Fix: may it?', 'Run make', 'q', {url: `${ORIGIN}/#/s/1`, push_id: 'p'}])
  expect(scope.reports).toEqual([['/api/push/receipt', {push_id: 'p', outcome: 'arrived'}]])
})

test.each([['nothing', null], ['no JSON', '"x"'], ['another shape', {a: 1}], ['no title', question({title: 7})]])(
  'also %s is shown, for a page that shows none loses its subscription',
  async (_, data) => {
    const scope = new Scope()
    await (data === null ? scope.send('push', {data: null}) : scope.push(data))
    expect(scope.shown.map(([title]) => title)).toEqual(['Janus'])
  },
)

test('without a network it is shown all the same', async () => {
  const scope = new Scope()
  scope.online = false
  await scope.push(question())
  expect(scope.shown).toHaveLength(1)
})

test('a tap opens the session, in a page that is there', async () => {
  const scope = new Scope()
  scope.pages = [{url: 'https://elsewhere.example/'}, {url: `${ORIGIN}/`}]
  await scope.tap({url: `${ORIGIN}/#/s/1`, push_id: 'p'})
  expect(scope.pages[1]).toEqual({url: `${ORIGIN}/#/s/1`, focused: true})
  expect(scope.opened).toEqual([])
  expect(scope.reports).toEqual([['/api/push/receipt', {push_id: 'p', outcome: 'seen'}]])
})

test('a tap opens a page where there is none', async () => {
  const scope = new Scope()
  await scope.tap({url: `${ORIGIN}/#/s/1`, push_id: 'p'})
  expect(scope.opened).toEqual([`${ORIGIN}/#/s/1`])
})

test.each(['https://evil.example/', `${ORIGIN}.evil.example/`, 'javascript:alert(1)', undefined])(
  'an address that is not of this page (%s) is not opened',
  async url => {
    const scope = new Scope()
    await scope.tap({url, push_id: 'p'})
    expect(scope.opened).toEqual([`${ORIGIN}/`])
  },
)

test('below a path of a proxy, all is below it', async () => {
  const scope = new Scope('/janus/sw.js')
  await scope.push(question({navigate: `${ORIGIN}/#/s/1`}))
  expect(scope.reports[0]![0]).toBe('/janus/api/push/receipt')
  expect(scope.shown[0]![1].data.url).toBe(`${ORIGIN}/janus/`)
})

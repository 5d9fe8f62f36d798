// @vitest-environment node
import {expect, test} from 'vitest'
import {hearPushes, type PushScope} from '../../src/worker/push'

const ORIGIN = 'https://janus.example'

class Scope {
  location = {origin: ORIGIN, pathname: '/sw.js'}
  shown: [string, NotificationOptions & {data: {url: string; push_id?: string}; actions: {action: string; title: string}[]}][] = []
  reports: [string, unknown][] = []
  sent: RequestInit[] = []
  /** What Janus answers. */
  answers = () => new Response('{}')
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
    this.sent.push(init)
    return this.answers()
  }
  async send(type: string, event: object) {
    let work: Promise<unknown> = Promise.resolve()
    this.listeners.get(type)!({...event, waitUntil: (promise: Promise<unknown>) => (work = promise)})
    await work
  }
  push(data: unknown) {
    return this.send('push', {data: {json: () => (typeof data === 'string' ? JSON.parse(data) : data)}})
  }
  tap(data: unknown, action = '') {
    const tag = this.shown.at(-1)?.[1].tag
    return this.send('notificationclick', {action, notification: {close: () => {}, data, tag}})
  }
  /** Tap a button of what is shown now. */
  press(action: string) {
    return this.tap(this.shown.at(-1)![1].data, action)
  }
  get last() {
    const [title, {body, tag, actions}] = this.shown.at(-1)!
    return [title, body, tag, actions.map(it => it.title).join(' ')]
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

const short = (changes: object = {}) => question({data: {push_id: 'p', session_id: '1', kind: 'permission', digest: 'd'}, ...changes})

test.each([['allow', 'Allowed once'], ['deny', 'Denied']])('a short question is answered at once: %s', async (action, title) => {
  const scope = new Scope()
  await scope.push(short())
  expect(scope.last).toEqual(['Fix: may it?', 'Run make', 'q', 'Allow once Deny'])
  await scope.press(action)
  expect(scope.reports.at(-1)).toEqual(['/api/push/answer', {push_id: 'p', digest: 'd', decision: action}])
  expect(scope.sent.at(-1)!.credentials).toBe('same-origin')
  expect(scope.last).toEqual([title, 'Run make', 'q', ''])
})

test.each([['permission', 'Open'], ['question', 'Open'], ['done', '']])('a %s without a digest has no answers', async (kind, buttons) => {
  const scope = new Scope()
  await scope.push(question({data: {push_id: 'p', session_id: '1', kind}}))
  expect(scope.last[3]).toBe(buttons)
  await scope.press('allow')
  expect(scope.opened).toEqual([`${ORIGIN}/#/s/1`])
})

test('what was answered elsewhere has no answers any more', async () => {
  const scope = new Scope()
  await scope.push(short({silent: true, body: 'Answered.'}))
  expect(scope.last).toEqual(['Fix: may it?', 'Answered.', 'q', ''])
})

test('a second tap is no second answer', async () => {
  const scope = new Scope()
  await scope.push(short())
  await Promise.all([scope.press('allow'), scope.press('deny'), scope.press('allow')])
  expect(scope.reports.filter(([path]) => path === '/api/push/answer')).toHaveLength(1)
  expect(scope.last[0]).toBe('Allowed once')
})

test('one that comes too late says so, and leads to the session', async () => {
  const scope = new Scope()
  await scope.push(short())
  scope.answers = () => new Response('{"success":false,"error":{"code":"ALREADY_ANSWERED","message":"Too late."}}', {status: 409})
  await scope.press('allow')
  expect(scope.last).toEqual(['Your answer was not taken', 'Too late.', 'q', 'Open'])
  await scope.press('open')
  expect(scope.opened).toEqual([`${ORIGIN}/#/s/1`])
})

test.each([['no network', undefined], ['a proxy alone', () => new Response('<h1>502</h1>', {status: 502})]])(
  'with %s it says that nobody knows, and can be tried again',
  async (_, answers) => {
    const scope = new Scope()
    await scope.push(short())
    scope.online = answers !== undefined
    scope.answers = answers ?? scope.answers
    await scope.press('allow')
    const [title, body, tag, buttons] = scope.last
    expect([title, tag, buttons]).toEqual(['Janus was not reached', 'q', 'Allow once Deny'])
    expect(body).toContain('Run make')
    scope.online = true
    scope.answers = () => new Response('{}')
    await scope.press('deny')
    expect(scope.reports.at(-1)).toEqual(['/api/push/answer', {push_id: 'p', digest: 'd', decision: 'deny'}])
    expect(scope.last[0]).toBe('Denied')
  },
)

// @vitest-environment node
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {describe} from '../../vite-precache'
import {serve, type WorkerScope} from '../../src/worker/shell'

const ORIGIN = 'https://janus.example'

class FakeCache {
  kept = new Map<string, Response>()
  async match(key: string) {
    return this.kept.get(key)?.clone()
  }
  async put(key: string, response: Response) {
    this.kept.set(key, response)
  }
}

/** A browser around the worker. */
class Scope {
  location = {origin: ORIGIN}
  clients = {claim: async () => void (this.claimed = true)}
  claimed = false
  skipWaiting = async () => {}
  stores = new Map<string, FakeCache>()
  listeners = new Map<string, (event: object) => void>()
  fetched: string[] = []
  network: (path: string) => Response | Promise<Response> = (path) => new Response(`new ${path}`)
  caches = {
    open: async (name: string) => {
      if (!this.stores.has(name)) this.stores.set(name, new FakeCache())
      return this.stores.get(name)!
    },
    match: async (key: string) => {
      for (const cache of this.stores.values()) if (cache.kept.has(key)) return cache.match(key)
      return undefined
    },
    keys: async () => [...this.stores.keys()],
    delete: async (name: string) => this.stores.delete(name),
  }

  addEventListener(type: string, listener: (event: never) => void) {
    this.listeners.set(type, listener as (event: object) => void)
  }
  fetch = async (request: Request | string) => {
    const path = typeof request === 'string' ? request : new URL(request.url).pathname
    this.fetched.push(path)
    return this.network(path)
  }
  async work(type: 'install' | 'activate') {
    let work: Promise<unknown> = Promise.resolve()
    this.listeners.get(type)!({waitUntil: (promise: Promise<unknown>) => (work = promise)})
    await work
  }
  /** The answer as text, or null when the worker leaves the request alone. */
  async ask(path: string, {mode = 'cors', method = 'GET', origin = ORIGIN} = {}) {
    let answer: Promise<Response> | null = null
    const later: Promise<unknown>[] = []
    const event = {
      request: {url: origin + path, method, mode},
      respondWith: (response: Promise<Response>) => (answer = response),
      waitUntil: (promise: Promise<unknown>) => later.push(promise),
    }
    this.listeners.get('fetch')!(event)
    const text = answer && (await (answer as Promise<Response>).then((response) => response.text()))
    await Promise.all(later)
    return text
  }
}

let scope: Scope
const navigate = {mode: 'navigate'}

function worker(version: string, files: string[]) {
  serve(scope as unknown as WorkerScope, {version, files}, 20)
}

beforeEach(async () => {
  scope = new Scope()
  scope.network = (path) => new Response(`old ${path}`)
  worker('one', ['/', '/assets/a-1.js', '/icon.svg'])
  await scope.work('install')
  await scope.work('activate')
  scope.network = (path) => new Response(`new ${path}`)
  scope.fetched = []
})

afterEach(() => {
  vi.useRealTimers()
})

test('the shell is kept when the worker is installed', () => {
  expect([...scope.stores.get('janus-shell-one')!.kept.keys()].sort()).toEqual(['/', '/assets/a-1.js', '/icon.svg'])
  expect(scope.claimed).toBe(true)
})

test('a shell with a missing part is not installed', async () => {
  scope.network = (path) => new Response('', {status: path === '/' ? 200 : 404})
  worker('two', ['/', '/assets/b-2.js'])
  await expect(scope.work('install')).rejects.toThrow('/assets/b-2.js: 404')
})

test.each(['/api/sessions', '/api/chat/stream?session_id=1', '/health', '/setup', '/setup/', '/ca.crt', '/sw.js', '/other', '/api/assets/a.js'])(
  '%s is never touched', async (path) => {
    expect(await scope.ask(path)).toBeNull()
    expect(await scope.ask(path, navigate)).toBeNull()
  })

test('only what is read from this server is answered', async () => {
  expect(await scope.ask('/', {mode: 'navigate', method: 'POST'})).toBeNull()
  expect(await scope.ask('/assets/a-1.js', {origin: 'https://other.example'})).toBeNull()
})

test('the page comes from the network; without one it is that whose files are here', async () => {
  expect(await scope.ask('/?from=home', navigate)).toBe('new /')
  scope.network = () => Promise.reject(new TypeError('offline'))
  expect(await scope.ask('/', navigate)).toBe('old /')
  expect(await scope.ask('/index.html', navigate)).toBe('old /')
})

test.each<[string, Scope['network']]>([
  ['offline', () => Promise.reject(new TypeError('offline'))],
  ['slow', () => new Promise((resolve) => setTimeout(resolve, 200, new Response('too late')))],
  ['behind a proxy that cannot reach it', () => new Response('Bad gateway', {status: 502})],
])('%s, the page we have is shown', async (_, network) => {
  scope.network = network
  expect(await scope.ask('/', navigate)).toBe('old /')
})

test('a refusal or a redirect is shown and not kept', async () => {
  scope.network = () => new Response('Pair first', {status: 403})
  expect(await scope.ask('/', navigate)).toBe('Pair first')
  scope.network = () => Object.defineProperty(new Response('Elsewhere'), 'redirected', {value: true})
  expect(await scope.ask('/', navigate)).toBe('Elsewhere')
  scope.network = () => Promise.reject(new TypeError('offline'))
  expect(await scope.ask('/', navigate)).toBe('old /')
})

test('files with a hash come from here, and new ones stay', async () => {
  expect(await scope.ask('/assets/a-1.js')).toBe('old /assets/a-1.js')
  expect(await scope.ask('/icon.svg')).toBe('old /icon.svg')
  expect(scope.fetched).toEqual([])

  expect(await scope.ask('/assets/web-9.js')).toBe('new /assets/web-9.js')
  scope.network = () => Promise.reject(new TypeError('offline'))
  expect(await scope.ask('/assets/web-9.js')).toBe('new /assets/web-9.js')
})

test('a page of a proxy is not kept in the place of a file', async () => {
  scope.network = () => new Response('<html>Not found', {headers: {'Content-Type': 'text/html'}})
  expect(await scope.ask('/assets/web-9.js')).toBe('<html>Not found')
  scope.network = () => new Response('code')
  expect(await scope.ask('/assets/web-9.js')).toBe('code')
})

test('a new version waits for no page; the files of the one before stay, and nothing of others goes', async () => {
  const skipped = vi.spyOn(scope, 'skipWaiting')
  for (const other of ['something-else', 'janus-shell-/two-1', 'janus-shell-a-b']) await scope.caches.open(other)
  worker('two', ['/', '/assets/a-1.js', '/assets/b-2.js'])
  await scope.work('install')
  expect(scope.fetched).toEqual(['/', '/assets/b-2.js'])
  await scope.work('activate')
  expect(skipped).toHaveBeenCalled()
  worker('three', ['/', '/assets/c-3.js'])
  await scope.work('install')
  await scope.work('activate')
  expect([...scope.stores.keys()].sort()).toEqual(['janus-shell-/two-1', 'janus-shell-a-b', 'janus-shell-three', 'janus-shell-two', 'something-else'])
  // The page of the second version has it from there.
  expect(await scope.ask('/assets/a-1.js')).toBe('old /assets/a-1.js')
})

test('the version depends on every byte, and not on the order', () => {
  const one = describe(new Map([['/b', 'b'], ['/', 'a']]), 'worker')
  expect(one.files).toEqual(['/', '/b'])
  expect(describe(new Map([['/', 'a'], ['/b', 'b']]), 'worker')).toEqual(one)
  for (const [contents, code] of [[[['/', 'a'], ['/b', 'c']], 'worker'], [[['/', 'ab'], ['/b', '']], 'worker'], [[['/', 'a'], ['/b', 'b']], 'x']] as const) {
    expect(describe(new Map(contents as never), code).version).not.toBe(one.version)
  }
})

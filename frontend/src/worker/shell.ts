/**
 * The page without a network: what the service worker does.
 *
 * It answers requests for the page and its files only. Any other request, above all to the API, proceeds as if
 * there were no worker.
 */

export interface Shell {
  /** Changes whenever any file does. */
  version: string
  /** Paths of the files to cache, `/` for the page, from where the worker lies. */
  files: string[]
}

/** The part of a worker's `self` that is used. */
export interface WorkerScope {
  addEventListener(type: string, listener: (event: never) => void): void
  caches: CacheStorage
  clients: {claim(): Promise<void>}
  skipWaiting(): Promise<void>
  location: {origin: string; pathname?: string}
  fetch(request: Request | string, init?: RequestInit): Promise<Response>
}

interface WorkEvent {
  waitUntil(work: Promise<unknown>): void
}

interface RequestEvent extends WorkEvent {
  request: Request
  respondWith(response: Promise<Response>): void
}

/** Milliseconds: a computer that is awake answers sooner, and one that sleeps must not keep the screen blank. */
const PATIENCE = 2000

export function serve(self: WorkerScope, shell: Shell, patience = PATIENCE): void {
  /** The path that a proxy has put in front, such as `/janus`, or nothing. */
  const base = (self.location.pathname ?? '').replace(/\/[^/]*$/, '')
  const files = shell.files.map((file) => base + file)
  const prefix = `janus-shell${base}-`
  const name = prefix + shell.version
  /** Not those of a Janus at `/janus-two`, if this one is at `/janus`. */
  const isOurs = (one: string) => one.startsWith(prefix) && /^\w+$/.test(one.slice(prefix.length))
  const isHashed = (pathname: string) => pathname.startsWith(`${base}/assets/`)
  self.addEventListener('install', (event: WorkEvent) => event.waitUntil(install()))
  self.addEventListener('activate', (event: WorkEvent) => event.waitUntil(activate()))
  self.addEventListener('fetch', (event: RequestEvent) => {
    const answer = answerFor(event)
    if (answer) event.respondWith(answer)
  })

  /** Cache all files or none: a shell with a missing part would not start. Unchanged files are not fetched again. */
  async function install(): Promise<void> {
    const cache = await self.caches.open(name)
    await Promise.all(
      files.map(async (file) => {
        const known = isHashed(file) ? await self.caches.match(file) : undefined
        const response = known ?? (await self.fetch(file, {cache: 'no-cache'}))
        if (!isGood(response)) throw new Error(`${file}: ${response.status}`)
        await cache.put(file, response)
      }),
    )
    // A page of the version before, which may be open for weeks, is no reason to wait.
    await self.skipWaiting()
  }

  /** Delete older caches, but for the one before this: pages that are open may need a file of theirs. */
  async function activate(): Promise<void> {
    const older = (await self.caches.keys()).filter((one) => isOurs(one) && one !== name)
    await Promise.all(older.slice(0, -1).map((one) => self.caches.delete(one)))
    await self.clients.claim()
  }

  function answerFor(event: RequestEvent): Promise<Response> | null {
    const {method, mode, url} = event.request
    const {origin, pathname} = new URL(url)
    if (method !== 'GET' || origin !== self.location.origin) return null
    if (pathname === `${base}/` || pathname === `${base}/index.html`) return mode === 'navigate' ? page(event) : null
    if (isHashed(pathname)) return asset(event, pathname)
    return files.includes(pathname) ? picture(event, pathname) : null
  }

  /** The newest page if the computer answers soon, else that of this version, whose files are all here. */
  async function page(event: RequestEvent): Promise<Response> {
    const kept = await (await self.caches.open(name)).match(`${base}/`)
    const fetched = self.fetch(event.request)
    event.waitUntil(fetched.catch(() => {}))
    if (!kept) return fetched

    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<Response>((resolve) => (timer = setTimeout(resolve, patience, kept)))
    // A proxy that cannot reach the computer answers with an error: treat that as no network.
    const soon = fetched.then((response) => (response.status >= 500 ? kept : response), () => kept)
    return Promise.race([soon, late]).finally(() => clearTimeout(timer))
  }

  /** A file with a hash in its name never changes. */
  async function asset(event: RequestEvent, pathname: string): Promise<Response> {
    const kept = await self.caches.match(pathname)
    if (kept) return kept
    const response = await self.fetch(event.request)
    // A proxy may have a page of its own for what it does not find.
    if (isGood(response) && !response.headers.get('Content-Type')?.includes('html')) {
      const copy = response.clone()
      event.waitUntil(self.caches.open(name).then((cache) => cache.put(pathname, copy)))
    }
    return response
  }

  /** Icons and the manifest belong to this version of the shell. */
  async function picture(event: RequestEvent, pathname: string): Promise<Response> {
    const cache = await self.caches.open(name)
    return (await cache.match(pathname)) ?? self.fetch(event.request)
  }
}

/** A redirect, to a page of pairing for instance, must never be kept as the page. */
function isGood(response: Response): boolean {
  return response.ok && !response.redirected && response.type !== 'opaque'
}

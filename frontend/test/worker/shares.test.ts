// @vitest-environment node
import {expect, test} from 'vitest'
import {takeShares} from '../../src/worker/shares'
import type {WorkerScope} from '../../src/worker/shell'

const ORIGIN = 'https://janus.example'

/** Post a form to the worker at a path; where that leads, or null where the worker leaves it alone. */
async function share({path = '/janus/share', method = 'POST', referrer = '', destination = 'document', size = 3, waiting = 0, full = false} = {}) {
  const put: [string, Response][] = []
  let listener!: (event: object) => void
  const cache = {
    keys: async () => Array(waiting),
    put: async (key: string, body: Response) => {
      if (full) throw new DOMException('full', 'QuotaExceededError')
      put.push([key, body])
    },
  }
  const names: string[] = []
  takeShares({
    location: {origin: ORIGIN, pathname: '/janus/sw.js'},
    caches: {open: async (name: string) => (names.push(name), cache)},
    addEventListener: (_: string, it: (event: object) => void) => (listener = it),
  } as unknown as WorkerScope)
  const headers = new Headers({'Content-Type': 'multipart/form-data; boundary=x'})
  const blob = async () => (size > 100 ? {size} : new Blob(['x'.repeat(size)]))
  const answers: Promise<Response>[] = []
  listener({request: {url: ORIGIN + path, method, referrer, destination, headers, blob}, respondWith: (it: Promise<Response>) => answers.push(it)})
  const response = await answers[0]
  return {to: response?.headers.get('Location')!.slice(ORIGIN.length), put, names}
}

test('keeps what the system shares, and opens the page', async () => {
  const {to, put, names} = await share()
  expect(to).toBe('/janus/#/share')
  expect(names).toEqual(['janus-shared/janus'])
  expect(put[0]![1].headers.get('Content-Type')).toBe('multipart/form-data; boundary=x')
  expect(await put[0]![1].text()).toBe('xxx')
})

test('says why it kept nothing', async () => {
  expect((await share({size: 300 << 20})).to).toBe('/janus/#/share/large')
  expect((await share({waiting: 5})).to).toBe('/janus/#/share/many')
  expect((await share({full: true})).to).toBe('/janus/#/share/lost')
})

test('takes nothing from elsewhere, and no other request', async () => {
  for (const wrong of [{referrer: 'https://elsewhere.example/'}, {destination: 'iframe'}, {destination: ''}]) {
    const {to, put} = await share(wrong)
    expect([to, put]).toEqual(['/janus/#/', []])
  }
  for (const other of [{method: 'GET'}, {path: '/share'}, {path: '/janus/share/x'}, {path: '/janus/api/chat'}]) {
    expect((await share(other)).to).toBeUndefined()
  }
})

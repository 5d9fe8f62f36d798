import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {askAhead, fetchAhead} from '../../src/lib/ahead'

const requests: [url: string, init: RequestInit | undefined][] = []

beforeEach(() => {
  requests.length = 0
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    requests.push([url, init])
    return new Promise((resolve, reject) => {
      if (url.endsWith('never')) init?.signal?.addEventListener('abort', () => reject(init.signal!.reason))
      else resolve(new Response(`answer ${requests.length}`))
    })
  })
})
afterEach(() => vi.unstubAllGlobals())

const read = async (url: string, init: RequestInit = {method: 'GET'}) => (await fetchAhead(url, init)).text()

test('what was asked ahead is asked once, and answers once', async () => {
  askAhead('/api/sessions')
  expect(await read('/api/sessions')).toBe('answer 1')
  expect(requests.map(([url]) => url)).toEqual(['/api/sessions'])
  expect(requests[0]![1]!.headers).toEqual({'X-Janus-Front': '1'}) // somebody looks at this page, from its first request on
  expect(await read('/api/sessions')).toBe('answer 2')
})

test('it answers nothing else', async () => {
  askAhead('/api/state?session_id=a')
  expect(await read('/api/state?session_id=b')).toBe('answer 2')
  expect(await read('/api/state?session_id=a', {method: 'POST'})).toBe('answer 3')
  expect(await read('/api/state?session_id=a')).toBe('answer 1')
})

test('whoever waits for it no longer ends it', async () => {
  askAhead('/api/never')
  const patience = new AbortController()
  const answer = read('/api/never', {method: 'GET', signal: patience.signal})
  patience.abort(new Error('too long'))
  await expect(answer).rejects.toThrow('too long')
})

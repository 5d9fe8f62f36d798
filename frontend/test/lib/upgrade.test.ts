import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import {hasNewer} from '../../src/lib/upgrade'

const reload = vi.fn()
let served: string

beforeEach(() => {
  reload.mockReset()
  sessionStorage.clear()
  document.head.innerHTML = '<script type="module" src="./assets/index-one.js"></script>'
  document.body.innerHTML = ''
  served = 'two'
  vi.stubGlobal('fetch', async () => new Response(`<script type="module" crossorigin src="./assets/index-${served}.js"></script>`))
})
afterEach(() => vi.unstubAllGlobals())

test('a page that lacks a part of an older version is loaded anew, once for each', async () => {
  expect(await hasNewer(reload)).toBe(true)
  expect(reload).toHaveBeenCalledTimes(1)
  await hasNewer(reload)
  expect(reload).toHaveBeenCalledTimes(1)
  served = 'three'
  await hasNewer(reload)
  expect(reload).toHaveBeenCalledTimes(2)
})

test.each([
  ['a draft', '<textarea></textarea>'],
  ['a sheet', '<dialog open></dialog>'],
  ['a recording', '<button class="composer-listening"></button>'],
])('not over %s', async (_, html) => {
  document.body.innerHTML = html
  const field = document.querySelector('textarea')
  if (field) field.value = 'half a thou'
  expect(await hasNewer(reload)).toBe(true)
  expect(reload).not.toHaveBeenCalled()
})

test.each([
  ['the same version', async () => new Response('<script type="module" crossorigin src="./assets/index-one.js"></script>')],
  ['a proxy that says something else', async () => new Response('<html>Bad gateway', {status: 502})],
  ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
])('and not for %s', async (_, answer) => {
  vi.stubGlobal('fetch', answer)
  expect(await hasNewer(reload)).toBe(false)
  expect(reload).not.toHaveBeenCalled()
})

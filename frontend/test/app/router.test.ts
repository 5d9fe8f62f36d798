import {beforeEach, expect, test, vi} from 'vitest'

import {pairingCode, parse, Router, takePairingCode} from '../../src/app/router'

beforeEach(() => history.replaceState(null, '', '/'))

test.each([
  ['', {screen: 'list'}],
  ['#/', {screen: 'list'}],
  ['#/new', {screen: 'new'}],
  ['#/new?agents', {screen: 'new'}],
  ['#/settings', {screen: 'settings'}],
  ['#/s/abc-1', {screen: 'chat', sessionId: 'abc-1'}],
  ['#/s/abc-1?ask=2', {screen: 'chat', sessionId: 'abc-1'}],
  ['#/s/', {screen: 'list'}],
  ['#/s/%2e%2e', {screen: 'list'}],
  ['#/somewhere', {screen: 'list'}],
])('%s leads to its screen', (hash, route) => {
  expect(parse(hash)).toEqual(route)
})

test('a pairing code is taken out of the address', () => {
  history.replaceState(null, '', '/#p=ABCDE23456')

  expect(takePairingCode()).toBe('ABCDE23456')
  expect(location.href).not.toContain('ABCDE')
})

test('what is no pairing code is none, and leaves the address too', () => {
  expect(pairingCode('#/s/p=1')).toBe('')
  history.replaceState(null, '', '/#p=<script>')

  expect(takePairingCode()).toBe('')
  expect(location.hash).toBe('')
})

test('going on and back to where one came from leaves one step, not two', async () => {
  const router = new Router()
  const before = history.length

  router.go('/s/one')
  expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'})
  router.go('/')

  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'list'}))
  expect(history.length).toBe(before + 1)
})

test('a session that was just started takes the place of the sheet it was started in', async () => {
  const router = new Router()

  router.go('/new')
  router.go('/s/one')
  router.go('/')

  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'list'}))
})

test('from a link into a session the way up is the list', () => {
  history.replaceState(null, '', '/#/s/one')
  const router = new Router()

  router.go('/')

  expect(router.route.value).toEqual({screen: 'list'})
})

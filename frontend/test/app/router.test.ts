import {beforeEach, expect, test, vi} from 'vitest'

import {opened, whenStill} from '../../src/lib/back'
import {pairingCode, pairsAtOnce, parse} from '../../src/app/route'
import {Router, takePairingCode} from '../../src/app/router'

beforeEach(async () => {
  await new Promise<void>(whenStill) // the test before may still be on its way back
  history.replaceState(null, '', '/')
})

test.each([
  ['', {screen: 'list'}],
  ['#/', {screen: 'list'}],
  ['#/new', {screen: 'new'}],
  ['#/new?agents', {screen: 'new'}],
  ['#/settings', {screen: 'settings'}],
  ['#/s/abc-1', {screen: 'chat', sessionId: 'abc-1'}],
  ['#/s/abc-1?ask=2', {screen: 'chat', sessionId: 'abc-1'}],
  ['#/s/abc-1?m=t%3Aanswer', {screen: 'chat', sessionId: 'abc-1', message: 't:answer'}],
  ['#/projects', {screen: 'projects'}],
  ['#/s/a/changes', {screen: 'chat', sessionId: 'a', work: {view: 'changes'}}],
  ['#/s/a/changes?t=t%3A1&p=a%2Fb%3F%26.py', {screen: 'chat', sessionId: 'a', work: {view: 'changes', turn: 't:1', path: 'a/b?&.py'}}],
  ['#/s/a/file?p=a.py&l=12', {screen: 'chat', sessionId: 'a', work: {view: 'file', path: 'a.py', line: 12}}],
  ['#/s/a/file?p=a.py&l=x', {screen: 'chat', sessionId: 'a', work: {view: 'file', path: 'a.py'}}],
  ['#/s/a/file', {screen: 'chat', sessionId: 'a'}],
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
  history.pushState(null, '', '/') // nothing lies ahead that would be cut off
  const router = new Router()
  const before = history.length

  router.go('/s/one')
  expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'})
  router.go('/')

  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'list'}))
  expect(history.length).toBe(before + 1)
})

test('a sheet that opens while the browser goes back from another stays open', async () => {
  const close = vi.fn()
  const closedFirst = opened(vi.fn())
  const closed = await new Promise<() => void>(resolve => {
    const go = history.go.bind(history)
    vi.spyOn(history, 'go').mockImplementationOnce(steps => {
      go(steps)
      resolve(opened(close))
    })
    closedFirst()
  })
  const arrived = vi.fn()
  addEventListener('popstate', arrived, {once: true})

  await vi.waitFor(() => expect(arrived).toHaveBeenCalled())
  await vi.waitFor(() => expect(history.state).toMatchObject({sheet: 1}))
  expect(close).not.toHaveBeenCalled()

  history.back()
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce())
  closed()
})

test('a sheet from which one goes to another screen is not closed by that: where it leads when it is closed is elsewhere', async () => {
  const router = new Router()
  router.go('/share')
  const close = vi.fn(() => router.go('/', 'instead'))
  const closed = opened(close)
  const ended = router.route.subscribe(({screen}) => screen === 'chat' && queueMicrotask(closed))

  router.go('/s/one', 'instead')

  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'}))
  await vi.waitFor(() => expect(history.state).toEqual({under: '/'}))
  expect(close).not.toHaveBeenCalled()
  expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'})
  ended()
})

test('a page that was too busy to hear that the browser went back does not take it for staying', async () => {
  const router = new Router()
  router.go('/s/one')
  vi.useFakeTimers()
  const go = vi.spyOn(history, 'go').mockImplementationOnce(() => {})
  router.go('/')
  router.go('/settings')
  vi.advanceTimersByTime(1500)
  expect(location.hash).toBe('#/s/one')
  vi.useRealTimers()

  history.go(...go.mock.calls[0]!)
  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'settings'}))
  expect(history.state).toEqual({under: '/'})
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

test('only a whole link with a code pairs by being opened', () => {
  expect(pairsAtOnce('#p=ABCDE23456&now')).toBe(true)
  expect(pairingCode('#p=ABCDE23456&now')).toBe('ABCDE23456')
  for (const other of ['', '#p=ABCDE23456', '#p=&now', '#/s/a&now', '#p=ABCDE23456&now&']) {
    expect(pairsAtOnce(other)).toBe(false)
  }
})

test('back closes the sheets of a screen one by one, then leaves it', async () => {
  const router = new Router()
  router.go('/s/one')
  const closed: string[] = []
  const open = (name: string) => {
    const done = opened(() => {
      closed.push(name)
      done()
    })
    return done
  }
  open('menu')
  open('rename')

  history.back()
  await vi.waitFor(() => expect(closed).toEqual(['rename']))
  history.back()
  await vi.waitFor(() => expect(closed).toEqual(['rename', 'menu']))
  expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'})
  history.back()
  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'list'}))
})

test('a sheet that was closed by hand, or left for a screen, is no step on the way back', async () => {
  const router = new Router()
  router.go('/s/one')
  opened(() => {})()
  await vi.waitFor(() => expect(history.state).toEqual({under: '/'}))
  const done = opened(() => {})
  done()
  router.go('/s/one/changes')
  history.back()
  await vi.waitFor(() => expect(location.hash).toBe('#/s/one'))
  const left = opened(() => {})
  left()
  router.go('/')
  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'list'}))
  expect(history.state ?? {}).not.toHaveProperty('sheet')
})

test('a sheet that cannot be closed now stays, and is closed by the next step back', async () => {
  let busy = true
  let asked = 0
  const done = opened(() => {
    asked++
    if (!busy) done()
  })
  history.back()
  await vi.waitFor(() => expect(asked).toBe(1))
  await vi.waitFor(() => expect(history.state).toMatchObject({sheet: 1}))
  busy = false
  history.back()
  await vi.waitFor(() => expect(asked).toBe(2))
  await vi.waitFor(() => expect(history.state ?? {}).not.toHaveProperty('sheet'))
})

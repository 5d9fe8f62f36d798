import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {compareNotes, Notifications} from '../../src/app/notifications'
import type {Api} from '../../src/lib/api'
import type {PushState, SubscriptionBody} from '../../src/lib/types'

const NONE: PushState = {public_key: 'k', contact: '', subscribed: false, endpoint: null, problem: null, quiet: null, tested: null, ntfy: false}
const QUIET = {start: '22:00', end: '07:00', zone: 'UTC'}

/** A browser and a Janus that remember what the other was told. */
class World {
  permission = 'default'
  answer = 'granted'
  own: string | null = null
  count = 0
  state = NONE
  sent: SubscriptionBody[] = []
  tested = {push_id: 'p', taken: true, words: '', status: 201}
  manager = {
    getSubscription: async () => this.own && {endpoint: this.own, unsubscribe: async () => void (this.own = null)},
    subscribe: async () => {
      this.own = `https://push.example/${++this.count}`
      return {toJSON: () => ({endpoint: this.own, keys: {p256dh: 'a', auth: 'b'}})}
    },
  }
  api = {
    push: async () => this.state,
    pushSubscribe: async (body: SubscriptionBody) => {
      this.sent.push(body)
      return (this.state = {...this.state, subscribed: true, problem: null, endpoint: body.endpoint, contact: body.contact ?? '', quiet: body.quiet ?? null})
    },
    pushUnsubscribe: async () => (this.state = NONE),
    pushTest: async () => this.tested,
  } as unknown as Api
  notifications = new Notifications(this.api, async () => ({pushManager: this.manager}) as never)
}

let world: World

beforeEach(() => {
  world = new World()
  vi.stubGlobal('Notification', {
    get permission() {
      return world.permission
    },
    requestPermission: async () => (world.permission = world.answer),
  })
})
afterEach(() => vi.unstubAllGlobals())

async function on(): Promise<void> {
  await world.notifications.turnOn({contact: 'mailto:me@my-domain.org', quiet: QUIET})
}

test('it is off until it is turned on, by what the browser gives', async () => {
  await world.notifications.look()
  expect(world.notifications.telling.value).toBe('off')
  await on()
  expect(world.notifications.telling.value).toBe('on')
  expect(world.sent).toEqual([{endpoint: 'https://push.example/1', keys: {p256dh: 'a', auth: 'b'}, contact: 'mailto:me@my-domain.org', quiet: QUIET}])
})

test('a permission that is refused is said', async () => {
  world.answer = 'denied'
  await on()
  expect([world.notifications.telling.value, world.sent]).toEqual(['denied', []])
})

test('no permission is asked for by looking', async () => {
  const asked = vi.spyOn(Notification, 'requestPermission')
  await world.notifications.look()
  expect(asked).not.toHaveBeenCalled()
})

test('it is turned off at both ends', async () => {
  await on()
  await world.notifications.turnOff()
  expect([world.own, world.notifications.telling.value, world.state.subscribed]).toEqual([null, 'off', false])
})

test.each([
  ['the browser has another address', () => (world.own = 'https://push.example/other')],
  ['the browser has none any more', () => (world.own = null)],
  ['the push service refuses', () => (world.state = {...world.state, problem: 'gone'})],
])('where %s, it is mended at the next start, with its hours', async (_, happens) => {
  await on()
  happens()
  await world.notifications.look()
  expect(world.notifications.telling.value).toBe('on')
  expect(world.sent).toHaveLength(2)
  expect(world.sent[1]).toMatchObject({endpoint: world.own, contact: 'mailto:me@my-domain.org', quiet: QUIET})
})

test('what cannot be mended is said', async () => {
  await on()
  world.own = null
  world.manager.subscribe = async () => {
    throw new Error('no push service')
  }
  await world.notifications.look()
  expect(world.notifications.telling.value).toBe('broken')
})

test('where all is well, nothing is sent', async () => {
  await on()
  await world.notifications.look()
  expect(world.sent).toHaveLength(1)
})

test('a test says what the service said', async () => {
  await on()
  world.state = {...world.state, tested: false}
  expect(await world.notifications.test(1)).toEqual({arrived: false})
  world.state = {...world.state, tested: true}
  expect(await world.notifications.test(1)).toEqual({arrived: true})
  world.tested = {push_id: 'p', taken: false, words: 'refused', status: 403}
  expect(await world.notifications.test(1)).toEqual({refused: 'refused'})
})

test('a browser without push says so', async () => {
  const without = new Notifications(world.api, async () => null)
  await without.look()
  expect(without.telling.value).toBe('unsupported')
  vi.stubGlobal('navigator', {...navigator, userAgent: 'iPhone', platform: 'iPhone'})
  await without.look()
  expect(without.telling.value).toBe('install')
})

test('at the start nothing is looked at without a permission', async () => {
  const push = vi.spyOn(world.api, 'push')
  await compareNotes(world.api)
  expect(push).not.toHaveBeenCalled()
})

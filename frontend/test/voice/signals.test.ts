/** Tones, the screen's lock and vibration. */
import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {Earcons} from '../../src/voice/earcons'
import {vibrate} from '../../src/voice/haptics'
import {ScreenLock} from '../../src/voice/wake-lock'

class Context {
  state = 'running'
  currentTime = 1
  destination = {}
  notes: number[] = []
  resume = vi.fn(async () => void (this.state = 'running'))
  createOscillator() {
    const frequency = {value: 0}
    return {frequency, connect: <T,>(to: T) => to, start: () => this.notes.push(frequency.value), stop() {}}
  }
  createGain() {
    return {gain: {setValueAtTime() {}, linearRampToValueAtTime() {}}, connect() {}}
  }
}

test('each earcon is its own tones; muted there are none', () => {
  const context = new Context()
  const earcons = new Earcons(() => context as never)
  earcons.play('listening')
  earcons.muted = true
  earcons.play('error')
  expect(context.notes).toEqual([660, 880])
})

test('a sleeping context is woken by a tap, and old tones are not caught up', () => {
  const context = new Context()
  context.state = 'suspended'
  const earcons = new Earcons(() => context as never)
  context.resume.mockImplementationOnce(async () => {})
  earcons.play('sent')
  expect(context.notes).toEqual([])
  earcons.prime()
  earcons.play('sent')
  expect([context.notes, context.resume.mock.calls.length]).toEqual([[880], 2])
})

test('without audio nothing breaks', () => new Earcons(() => null).play('sent'))

let locks: {released: boolean; release(): Promise<void>}[]
let refuse = false
let visible = 'visible'

beforeEach(() => {
  locks = []
  refuse = false
  visible = 'visible'
  Object.defineProperty(document, 'visibilityState', {get: () => visible, configurable: true})
  Object.defineProperty(navigator, 'wakeLock', {
    configurable: true,
    value: {
      async request() {
        if (refuse) throw new DOMException('', 'NotAllowedError')
        const lock = {released: false, release: async () => void (lock.released = true)}
        locks.push(lock)
        return lock
      },
    },
  })
})

afterEach(() => {
  Reflect.deleteProperty(navigator, 'wakeLock')
  Reflect.deleteProperty(navigator, 'vibrate')
  Reflect.deleteProperty(document, 'visibilityState')
})

test('the lock is taken again when the page is seen again', async () => {
  const lock = new ScreenLock()
  expect(await lock.request()).toBe(true)
  await locks[0]!.release()
  document.dispatchEvent(new Event('visibilitychange'))
  await vi.waitFor(() => expect(lock.held).toBe(true))
  expect(locks).toHaveLength(2)

  await lock.release()
  await lock.release()
  document.dispatchEvent(new Event('visibilitychange'))
  expect([locks.map(({released}) => released), lock.held]).toEqual([[true, true], false])
})

test('refused, it is taken with the next tap', async () => {
  const lock = new ScreenLock()
  refuse = true
  expect(await lock.request()).toBe(false)
  refuse = false
  document.dispatchEvent(new Event('pointerup'))
  await vi.waitFor(() => expect(lock.held).toBe(true))
  await lock.release()
})

test('released while it was being taken, it does not stay', async () => {
  const lock = new ScreenLock()
  const taken = lock.request()
  await lock.release()
  expect([await taken, locks.map(({released}) => released)]).toEqual([false, [true]])
})

test('without wake lock the screen goes dark, and nothing else', async () => {
  Reflect.deleteProperty(navigator, 'wakeLock')
  const lock = new ScreenLock()
  expect(await lock.request()).toBe(false)
  await lock.release()
})

test('vibration is felt unless less motion is wanted', () => {
  const felt = vi.fn(() => true)
  expect(vibrate('sent')).toBe(false)
  Object.defineProperty(navigator, 'vibrate', {value: felt, configurable: true})
  expect(vibrate('needs-you')).toBe(true)
  expect(felt).toHaveBeenCalledWith([20, 60, 20])

  Object.defineProperty(navigator, 'userActivation', {value: {hasBeenActive: false}, configurable: true})
  expect(vibrate('sent')).toBe(false)
  Reflect.deleteProperty(navigator, 'userActivation')

  vi.stubGlobal('matchMedia', () => ({matches: true}))
  expect(vibrate('sent')).toBe(false)
  expect(felt).toHaveBeenCalledTimes(1)
  vi.unstubAllGlobals()
})

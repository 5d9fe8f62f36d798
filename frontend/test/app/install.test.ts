import {afterEach, beforeEach, expect, test, vi} from 'vitest'

let install: typeof import('../../src/app/install')
const policies: string[] = []

beforeEach(async () => {
  vi.resetModules()
  policies.length = 0
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('trustedTypes', {
    createPolicy(name: string, rules: {createScriptURL(url: string): string}) {
      policies.push(name)
      return rules
    },
  })
  install = await import('../../src/app/install')
})

afterEach(() => {
  vi.unstubAllGlobals()
  Reflect.deleteProperty(navigator, 'serviceWorker')
})

function workers(register: (url: string) => Promise<unknown>) {
  Object.defineProperty(navigator, 'serviceWorker', {value: {register}, configurable: true})
}

test('one policy allows one address', () => {
  expect(install.workerUrl()).toBe('/sw.js')
  for (const url of ['/sw.js?x', '//evil.example/sw.js', 'data:,', '/sw.js ', '']) {
    expect(() => install.workerUrl(url)).toThrow(TypeError)
  }
  expect(policies).toEqual(['janus'])
})

test('without Trusted Types the rule is the same', async () => {
  vi.stubGlobal('trustedTypes', undefined)
  vi.resetModules()
  const {workerUrl} = await import('../../src/app/install')
  expect(workerUrl()).toBe('/sw.js')
  expect(() => workerUrl('/other.js')).toThrow(TypeError)
})

test('the worker is registered', async () => {
  const register = vi.fn(async () => 'registration')
  workers(register)
  expect(await install.registerWorker()).toBe('registration')
  expect(register).toHaveBeenCalledWith('/sw.js', {scope: '/'})
})

test('where it cannot be, the page goes on without', async () => {
  expect(await install.registerWorker()).toBeNull()
  workers(() => Promise.reject(new DOMException('An SSL certificate error occurred', 'SecurityError')))
  expect(await install.registerWorker()).toBeNull()
  vi.stubGlobal('isSecureContext', false)
  expect(await install.registerWorker()).toBeNull()
})

test('an app on the home screen knows that it is one', () => {
  expect(install.isInstalled()).toBe(false)
  vi.stubGlobal('matchMedia', (query: string) => ({matches: query === '(display-mode: standalone)'}))
  expect(install.isInstalled()).toBe(true)
})

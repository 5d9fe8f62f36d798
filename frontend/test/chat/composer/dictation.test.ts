import {signal} from '@preact/signals'
import {afterEach, expect, test, vi} from 'vitest'

import type {App} from '../../../src/app/app'
import {Dictation} from '../../../src/chat/composer/dictation'
import {Link} from '../../../src/lib/link'

afterEach(() => vi.unstubAllGlobals())

/** A browser with a microphone that is in use, and no recogniser. */
function app(hears: 'auto' | 'browser' | 'janus', transcribe: object | null): App {
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('MediaRecorder', class {})
  vi.stubGlobal('AudioContext', class {
    state = 'running'
    close = async () => {}
  })
  vi.stubGlobal('navigator', {language: 'en', mediaDevices: {getUserMedia: () => Promise.reject(new DOMException('in use', 'NotReadableError'))}})
  const spoken = {voice: async () => ({transcribe, speak: null})}
  return {api: {spoken}, connection: {link: new Link()}, preferences: {hears: signal(hears)}} as unknown as App
}

test.each([
  ['auto', {name: 'whisper'}, 'No microphone was found'],
  ['janus', {name: 'whisper'}, 'No microphone was found'],
  ['auto', null, 'This browser cannot listen'],
  ['browser', {name: 'whisper'}, 'This browser cannot listen'],
] as const)('%s, with %o: it is %s', async (hears, engine, problem) => {
  const dictation = new Dictation(app(hears, engine), 's', () => {})
  await dictation.toggle()
  await vi.waitFor(() => expect(dictation.problem.value).toMatch(problem), {timeout: 20_000})
  expect(dictation.listening.value).toBe(false)
  dictation.close()
  dictation.close()
})

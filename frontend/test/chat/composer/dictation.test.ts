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

/** A browser that understands, and says what it was told to do. */
function understanding(): {told: string[]; dictation: Dictation} {
  const told: string[] = []
  vi.resetModules() // there is one recogniser for the whole page
  const it = app('auto', null)
  vi.stubGlobal('SpeechRecognition', class {
    start = () => told.push('start')
    stop = () => told.push('stop')
    abort = () => told.push('abort')
  })
  return {told, dictation: new Dictation(it, 's', () => {})}
}

test('the microphone stays off where its user has left before it could be turned on', async () => {
  const {told, dictation} = understanding()
  const tapped = dictation.toggle()
  dictation.close()
  await tapped
  expect(told).toEqual([])
})

test('a second tap, before anything shows that the first was heard, does not take it back', async () => {
  const {told, dictation} = understanding()
  await Promise.all([dictation.toggle(), dictation.toggle()])
  expect(told).toEqual(['start'])
  expect(dictation.listening.value).toBe(true)
  await dictation.toggle()
  expect(told).toEqual(['start', 'abort'])
  dictation.close()
})

import {afterEach, expect, test, vi} from 'vitest'

import {ApiError} from '../../src/lib/api-error'
import {Link} from '../../src/lib/link'
import {ChosenEars, ChosenMouth, type Preferred} from '../../src/voice/chosen'
import type {Ears, Hearer, Mouth} from '../../src/voice/engines'
import {JanusMouth} from '../../src/voice/janus-mouth'

class Says implements Mouth {
  said: string[] = []
  prepared: string[] = []
  stopped = 0
  done = (_: boolean) => {}
  say(text: string, done: (said: boolean) => void) {
    this.said.push(text)
    this.done = done
  }
  prepare(text: string) {
    this.prepared.push(text)
  }
  stop() {
    this.stopped++
  }
}

test('a browser without a voice leaves the sentence to Janus, and all that follow', () => {
  const [browser, janus] = [new Says(), new Says()]
  let works = true
  const mouth = new ChosenMouth({browser, janus: () => janus, preferred: () => 'auto', works: () => works})
  const done = vi.fn()
  mouth.say('One.', done, () => {})
  works = false
  browser.done(false)
  expect([done.mock.calls, janus.said]).toEqual([[], ['One.']])
  janus.done(true)
  mouth.prepare('Three.')
  mouth.say('Two.', done, () => {})
  expect([done.mock.calls, browser.said, janus.said, janus.prepared]).toEqual([[[true]], ['One.'], ['One.', 'Two.'], ['Three.']])
  mouth.stop()
  expect([browser.stopped, janus.stopped]).toEqual([0, 1])
})

class Hears implements Ears {
  hearers: Hearer[] = []
  start(hearer: Hearer) {
    this.hearers.push(hearer)
  }
  stop() {}
  abort() {}
}

test.each<[Preferred, boolean, boolean, string]>([
  ['auto', true, true, 'browser'],
  ['auto', false, true, 'janus'],
  ['auto', false, false, 'browser'],
  ['browser', false, true, 'browser'],
  ['janus', true, true, 'janus'],
  ['janus', true, false, 'browser'],
])('%s, where the browser hears: %s, and Janus: %s, is %s', (preferred, works, there, used) => {
  const all = {browser: new Hears(), janus: new Hears()}
  const ears = new ChosenEars({browser: all.browser, janus: () => (there ? all.janus : undefined), preferred: () => preferred, works: () => works})
  ears.start({} as Hearer)
  expect(Object.entries(all).filter(([, {hearers}]) => hearers.length).map(([name]) => name)).toEqual([used])
})

test('where the recogniser of the browser fails, that of Janus takes over in the same run', () => {
  const [browser, janus] = [new Hears(), new Hears()]
  let works = true
  const ears = new ChosenEars({browser, janus: () => janus, preferred: () => 'auto', works: () => works, fails: () => (works = false)})
  const hearer = {began: vi.fn(), text: vi.fn(), busy: vi.fn(), kept: vi.fn(), end: vi.fn(), trouble: vi.fn()}
  ears.start(hearer)
  browser.hearers[0]!.trouble('network', true)
  browser.hearers[0]!.end()
  expect([janus.hearers.length, hearer.end.mock.calls.length, hearer.trouble.mock.calls.length]).toEqual([1, 0, 0])
  janus.hearers[0]!.trouble('no microphone', true)
  janus.hearers[0]!.end()
  expect([hearer.trouble.mock.calls, hearer.end.mock.calls.length]).toEqual([[['no microphone', true]], 1])
})

class Sound {
  src = ''
  volume = 1
  playbackRate = 1
  duration = 1
  paused = true
  onended = () => {}
  onerror = () => {}
  onplaying = () => {}
  async play() {
    this.paused = false
    this.onplaying()
  }
  pause() {
    this.paused = true
  }
}

afterEach(() => vi.unstubAllGlobals())

function voice(fetch: (text: string) => Promise<Blob>) {
  vi.stubGlobal('URL', Object.assign(URL, {createObjectURL: () => 'blob:', revokeObjectURL: () => {}}))
  const [sound, problems, link] = [new Sound(), [] as string[], new Link()]
  const [browser, waits] = [new Says(), vi.fn()]
  const there = {voice: false}
  const mouth = new JanusMouth({
    fetch, link, complain: problem => problems.push(problem), waits, standing: ['Okay.'],
    instead: () => (there.voice ? browser : undefined), audio: sound as unknown as HTMLAudioElement,
  })
  return {mouth, sound, problems, link, browser, waits, there}
}
const settled = () => new Promise(then => setTimeout(then))

test('the voice of Janus fetches the next sentence while one is heard, each once, and is silent at once', async () => {
  const fetch = vi.fn(async (_: string) => new Blob(['sound']))
  const {mouth, sound} = voice(fetch)
  const [done, hold] = [vi.fn(), vi.fn()]
  mouth.say('One.', done, hold)
  mouth.prepare('Two.')
  await settled()
  expect([fetch.mock.calls, sound.paused, done.mock.calls]).toEqual([[['One.'], ['Two.']], false, []])
  sound.onended()
  await settled()
  expect(done.mock.calls).toEqual([[true]])
  expect(fetch.mock.calls.at(-1)).toEqual(['Okay.']) // for when there is no connection
  mouth.say('Two.', done, hold)
  await settled()
  mouth.stop()
  sound.onended()
  await settled()
  expect([fetch.mock.calls.length, sound.paused, done.mock.calls.length]).toEqual([3, true, 1])
})

test('what could not be fetched without a connection is said when it is back; a voice that fails is told', async () => {
  const fetch = vi.fn(async (_: string) => new Blob(['sound']))
  const {mouth, sound, problems, link, waits} = voice(fetch)
  const done = vi.fn()
  fetch.mockRejectedValueOnce(new ApiError(0, 'NOT_REACHED', 'gone'))
  mouth.say('One.', done, () => {})
  await settled()
  expect(waits.mock.calls).toEqual([[true]]) // nobody wonders why it is silent
  link.tryNow()
  await settled()
  expect(waits.mock.calls).toEqual([[true], [false]])
  sound.onended()
  await settled()
  expect([done.mock.calls, problems]).toEqual([[[true]], []])

  fetch.mockRejectedValue(new ApiError(502, 'VOICE_FAILED', 'no voice'))
  mouth.say('Two.', done, () => {})
  await settled()
  link.tryNow()
  await settled()
  expect([done.mock.calls.at(-1), problems]).toEqual([[false], ['no voice']])
})

test('without a connection the browser says what the voice of Janus cannot, once', async () => {
  const fetch = vi.fn(async (_: string) => new Blob(['sound']))
  const {mouth, sound, link, browser, waits, there} = voice(fetch)
  there.voice = true
  fetch.mockRejectedValue(new ApiError(0, 'NOT_REACHED', 'gone'))
  const done = vi.fn()
  mouth.say('One.', done, () => {})
  await settled()
  expect(browser.said).toEqual(['One.'])
  browser.done(true)
  await settled()
  link.tryNow()
  await settled()
  expect([done.mock.calls, waits.mock.calls, sound.paused]).toEqual([[[true]], [], true])

  mouth.say('Two.', done, () => {})
  await settled()
  mouth.stop()
  expect(browser.stopped).toBe(1)
})

import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {Speaker} from '../../src/voice/speaker'

class Utterance {
  volume = 1
  rate = 1
  lang = ''
  voice: unknown = null
  onstart?: (event: object) => void
  onend?: (event: object) => void
  onerror?: (event: object) => void
  constructor(readonly text: string) {}
}

/** A browser's voice, as slow as the test wants. */
class Synth {
  speaking?: boolean
  pending?: boolean
  queue: Utterance[] = []
  spoken: Utterance[] = []
  cancelled = 0
  voices: object[] = []
  speak(utterance: Utterance) {
    this.queue.push(utterance)
    this.spoken.push(utterance)
  }
  cancel() {
    this.cancelled++
    for (const utterance of this.queue.splice(0)) utterance.onerror?.({error: 'interrupted'})
  }
  getVoices() {
    return this.voices
  }
  /** Says one utterance to its end. */
  finish() {
    const utterance = this.queue.shift()!
    utterance.onstart?.({})
    utterance.onend?.({})
  }
  fail(error: string) {
    this.queue.shift()!.onerror?.({error})
  }
  get texts() {
    return this.spoken.map((utterance) => utterance.text)
  }
}

let synth: Synth
let speaker: Speaker

beforeEach(() => {
  vi.useFakeTimers()
  synth = new Synth()
  speaker = new Speaker({synth: synth as never, Utterance: Utterance as never})
})

afterEach(() => {
  vi.useRealTimers()
})

test('sentences are said one after the other', () => {
  speaker.speak(['One.', 'Two.'])
  expect(synth.texts).toEqual(['One.'])
  synth.finish()
  expect(synth.texts).toEqual(['One.', 'Two.'])
  speaker.append(['Three.'])
  synth.finish()
  synth.finish()
  expect([synth.texts, speaker.state]).toEqual([['One.', 'Two.', 'Three.'], 'idle'])

  speaker.append(['Again.'])
  expect([synth.texts.at(-1), speaker.state]).toEqual(['Again.', 'speaking'])
})

test('stop is silence at once, and nothing comes after it', () => {
  speaker.speak(['One.', 'Two.'])
  const [first] = synth.queue
  speaker.stop()
  first!.onend!({})
  expect([synth.texts, speaker.state, synth.cancelled]).toEqual([['One.'], 'idle', 1])
})

test('a paused sentence begins again', () => {
  speaker.speak(['One.', 'Two.'])
  synth.finish()
  speaker.pause()
  expect([speaker.state, speaker.index, synth.cancelled]).toEqual(['paused', 1, 1])

  speaker.append(['Three.'])
  speaker.resume()
  synth.finish()
  expect(synth.texts).toEqual(['One.', 'Two.', 'Two.', 'Three.'])
})

test('a tap primes with nothing, and never while speaking', () => {
  speaker.prime()
  expect([synth.texts, synth.spoken[0]!.volume, speaker.state]).toEqual([[''], 0, 'idle'])
  speaker.speak(['One.'])
  speaker.prime()
  expect([synth.texts, synth.cancelled]).toEqual([['', 'One.'], 0])
})

test('the best voice speaks the language and lives on the device', () => {
  const voice = (name: string, lang: string, localService: boolean) => ({name, voiceURI: name, lang, localService, default: false})
  synth.voices = [voice('net', 'en-US', false), voice('de', 'de-DE', true), voice('gb', 'en-GB', true), voice('us', 'en_US', true)]
  speaker.lang = 'en-US'
  speaker.rate = 1.4
  expect(speaker.voices().map(({name}) => name)).toEqual(['us', 'net', 'gb'])

  speaker.speak(['One.'])
  expect(synth.spoken[0]).toMatchObject({voice: {name: 'us'}, rate: 1.4, lang: 'en_US'})

  speaker.voice = 'gb'
  speaker.speak(['Two.'])
  expect(synth.spoken[1]).toMatchObject({voice: {name: 'gb'}})
})

test('a voice that fails is replaced by the browser’s own, then given up', () => {
  synth.voices = [{voiceURI: 'x', lang: 'en', localService: true}]
  speaker.speak(['One.', 'Two.'])
  synth.fail('voice-unavailable')
  expect(synth.spoken[1]).toMatchObject({text: 'One.', voice: null})
  synth.fail('synthesis-failed')
  synth.fail('synthesis-failed')
  expect([speaker.state, speaker.problem]).toEqual(['paused', expect.stringContaining('does not work')])
  expect(speaker.supported).toBe(true)
})

test('a browser that has no voice and only fails does not speak', () => {
  speaker.speak(['One.'])
  for (let attempt = 0; attempt < 3; attempt++) synth.fail('synthesis-failed')
  expect(speaker.supported).toBe(false)
})

test('without a tap it waits for one', () => {
  speaker.speak(['One.'])
  synth.fail('not-allowed')
  expect([speaker.state, speaker.problem]).toEqual(['paused', expect.stringContaining('tap')])
  speaker.resume()
  expect([speaker.state, speaker.problem, synth.texts]).toEqual(['speaking', '', ['One.', 'One.']])
})

test('a browser that never begins has no voice, whatever it says', () => {
  speaker.speak(['One.'])
  vi.advanceTimersByTime(6000)
  expect([speaker.supported, speaker.state, speaker.problem]).toEqual([false, 'idle', 'This browser has no voice.'])
})

test('a voice that dies in the middle does not hold up the rest', () => {
  speaker.speak(['One.', 'Two.'])
  synth.queue[0]!.onstart!({})
  vi.advanceTimersByTime(5000)
  expect([synth.texts, synth.cancelled]).toEqual([['One.', 'Two.'], 1])
})

test('without speech synthesis nothing happens', () => {
  const silent = new Speaker()
  silent.prime()
  silent.speak(['One.'])
  silent.stop()
  expect([silent.supported, silent.state, silent.voices()]).toEqual([false, 'idle', []])
})

test('listeners hear of changes until they leave', () => {
  const states: string[] = []
  const leave = speaker.onChange(() => states.push(`${speaker.state} ${speaker.index}`))
  speaker.speak(['One.', 'Two.'])
  synth.finish()
  leave()
  speaker.stop()
  expect(states).toEqual(['idle 0', 'speaking 0', 'speaking 1'])
})

test('a sentence that a cancel has swallowed is said again, once', () => {
  Object.assign(synth, {speaking: false, pending: false})
  speaker.speak(['One.'])
  speaker.speak(['Two.'])
  synth.queue.length = 0 // swallowed: nothing is reported
  vi.advanceTimersByTime(1000)
  expect(synth.texts).toEqual(['One.', 'Two.', 'Two.'])
  synth.finish()
  vi.advanceTimersByTime(60_000)
  expect([synth.texts, speaker.state]).toEqual([['One.', 'Two.', 'Two.'], 'idle'])
})

test('a sentence that waits behind a cancel is not said twice', () => {
  Object.assign(synth, {speaking: false, pending: true})
  speaker.speak(['One.'])
  speaker.speak(['Two.'])
  vi.advanceTimersByTime(1000)
  expect(synth.texts).toEqual(['One.', 'Two.'])
})

test('an end that is not reported is noticed soon after the voice is silent', () => {
  synth.speaking = true
  speaker.speak(['One.', 'Two.'])
  synth.queue.shift()!.onstart!({})
  vi.advanceTimersByTime(2200)
  expect(synth.texts).toEqual(['One.'])
  synth.speaking = false
  vi.advanceTimersByTime(500)
  expect(synth.texts).toEqual(['One.', 'Two.'])
})

test('sentences in other letters are given to a voice that can say them', () => {
  synth.voices = [{lang: 'en-US', voiceURI: 'e'}, {lang: 'ja-JP', voiceURI: 'j'}]
  for (const [text, lang] of [['It works.', 'en-US'], ['テストは全部通ります。', 'ja-JP'], ['Готово.', 'ru'], ['測試失敗了。', 'zh'], ['In app.ts とは', 'en-US']]) {
    speaker.speak([text!])
    expect([text, synth.spoken.at(-1)!.lang]).toEqual([text, lang])
  }
})

test('a page that slept before it was told of the beginning says nothing twice', () => {
  speaker.speak(['One.', 'Two.'])
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(5000)
  expect([synth.texts, synth.cancelled]).toEqual([['One.'], 0])
  synth.finish()
  expect(synth.texts).toEqual(['One.', 'Two.'])
})

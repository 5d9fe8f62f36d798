import {signal} from '@preact/signals'
import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import {narrate} from '../../../src/chat/aloud/narrate'
import {ReadAloud} from '../../../src/chat/aloud/read-aloud'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import type {Conversation} from '../../../src/chat/state/conversation'
import type {Waiting} from '../../../src/chat/state/waiting'
import type {State} from '../../../src/lib/types'
import {ApiError} from '../../../src/lib/api-error'
import {fakeApp} from '../../chat-app'
import {emptyState, reply} from '../../fakes'

const spoken: string[] = []
const endings: (() => void)[] = []

/** A voice that is through with everything at once. */
beforeEach(() => {
  vi.stubGlobal('speechSynthesis', {
    getVoices: () => [],
    addEventListener: () => {},
    removeEventListener: () => {},
    cancel: () => {},
    resume: () => {},
    speak: (utterance: {text: string; onstart?: (event: object) => void; onend?: (event: object) => void}) => {
      if (utterance.text.trim()) spoken.push(utterance.text)
      queueMicrotask(() => (utterance.onstart?.({}), utterance.onend?.({})))
    },
  })
  vi.stubGlobal('SpeechSynthesisUtterance', class {
    constructor(readonly text: string) {}
  })
})
afterEach(() => {
  for (const end of endings.splice(0)) end()
  spoken.length = 0
  vi.unstubAllGlobals()
})

function chat() {
  const {app, spies} = fakeApp()
  const state = signal<State | undefined>(emptyState())
  const conversation = {
    state,
    permissions: signal([]),
    held: signal<Waiting[]>([]),
    queue: signal<Waiting[]>([]),
    notice: {show: vi.fn()},
  }
  const aloud = new ReadAloud(app, conversation as unknown as Conversation)
  const feedback = {give: vi.fn(), prime: vi.fn()}
  return {app, spies, state, conversation, aloud, context: {app, conversation, aloud, feedback} as unknown as ChatContext}
}

it.each([
  ['cancelled', ['Halfway there.', 'Stopped by you.']],
  ['failed', ['Halfway there.', 'Failed.']],
  ['end_turn', ['Halfway there.']],
])('an answer that is read as it comes ends with why: %s', async (reason, sentences) => {
  const {app, state, aloud} = chat()
  app.preferences.readAloud.value = true
  endings.push(aloud.follow())
  const answer = reply({content: 'Halfway there', is_streaming: true, stop_reason: null})
  state.value = emptyState({messages: [answer]})
  const over = {...answer, is_streaming: false, stop_reason: reason}
  // With a failure comes a word from Janus, after the answer.
  const note = reply({id: 't:error', sender: 'system', content: 'It crashed.'})
  state.value = emptyState({messages: reason === 'failed' ? [over, note] : [over]})
  await vi.waitFor(() => expect(spoken).toEqual(sentences))
})

it('nothing is read where the screen was left before there was a voice', async () => {
  const {app, state, aloud} = chat()
  app.preferences.readAloud.value = true
  const end = aloud.follow()
  state.value = emptyState({messages: [reply({content: 'Halfway', is_streaming: true})]})
  state.value = emptyState({messages: [reply({content: 'Halfway there. And more.', is_streaming: true})]})
  end()
  // Another one, which is read, has the voice by then.
  aloud.read('t:answer', 'All is well')
  await vi.waitFor(() => expect(spoken.at(-1)).toBe('All is well.'))
  expect(spoken).toEqual(['All is well.'])
})

it('an answer that is read when asked for ends with why, too', async () => {
  const {aloud} = chat()
  aloud.read('t:answer', 'All is well', "Cut at the agent's limit")
  await vi.waitFor(() => expect(spoken).toEqual(['All is well.', "Cut at the agent's limit."]))
})

it('who prefers the voice of Janus is read to by that, a sentence after the other', async () => {
  const {app, aloud, conversation} = chat()
  const played: string[] = []
  vi.stubGlobal('URL', Object.assign(URL, {createObjectURL: (sound: Blob) => sounds.get(sound) ?? 'silence', revokeObjectURL: () => {}}))
  vi.stubGlobal('Audio', class {
    paused = true
    src = ''
    onended = () => {}
    async play() {
      if (this.src !== 'silence') played.push(this.src)
      queueMicrotask(() => this.onended())
    }
    pause() {}
  })
  const sounds = new Map<Blob, string>()
  const speak = vi.fn(async (text: string) => {
    const sound = new Blob([text])
    sounds.set(sound, text)
    return sound
  })
  app.preferences.speaks.value = 'janus'
  Object.assign(app.api, {spoken: {voice: async () => ({transcribe: null, speak: {name: 'piper', leaves: false}}), speak}})
  aloud.read('t:answer', 'All is well. The tests pass.')
  await vi.waitFor(() => expect([played, aloud.speaking.value]).toEqual([['All is well.', 'The tests pass.'], '']))
  expect(spoken).toEqual([])

  speak.mockRejectedValue(new ApiError(502, 'VOICE_FAILED', 'no voice'))
  aloud.read('t:answer', 'Another one. And more.')
  await vi.waitFor(() => expect([conversation.notice.show.mock.calls, aloud.speaking.value]).toEqual([[['no voice']], '']), 5000)
})

it.each([
  ['refusal', 'The agent refused. I would rather not.'],
  ['end_turn', 'The agent has answered. I would rather not.'],
])('who does not look hears how it ended: %s', async (reason, sentence) => {
  const {state, spies, context} = chat()
  endings.push(narrate(context))
  state.value = emptyState({messages: [reply({content: 'I would rather not', stop_reason: reason})]})
  await vi.waitFor(() => expect(spies.announce).toHaveBeenCalledWith(sentence))
})

it('who does not look hears once that messages are held', () => {
  const {conversation, spies, context} = chat()
  endings.push(narrate(context))
  conversation.queue.value = [{id: 'a', text: 'one', accepted: true}]
  expect(spies.announce).not.toHaveBeenCalled()
  conversation.held.value = conversation.queue.value
  conversation.held.value = [...conversation.held.value, {id: 'b', text: 'two', accepted: true}]
  expect(spies.announce.mock.calls).toEqual([['1 waiting: send, or discard']])
})

it('a message outside turns is announced when the agent pauses, and then what is added to it', async () => {
  const {state, spies, context} = chat()
  vi.useFakeTimers()
  endings.push(narrate(context), () => vi.useRealTimers())
  const report = (content: string) => reply({id: '3:said', turn_id: null, stop_reason: null, content})
  const say = async (content: string) => {
    state.value = emptyState({messages: [report(content)]})
    await vi.advanceTimersByTimeAsync(1000)
  }
  await say('The build ')
  await say('The build is green.')
  expect(spies.announce).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1000)
  await vi.waitFor(() => expect(spies.announce.mock.calls).toEqual([['The agent reports. The build is green.']]))

  await say('The build is green. It is deployed.')
  await vi.advanceTimersByTimeAsync(1000)
  await vi.waitFor(() => expect(spies.announce).toHaveBeenLastCalledWith('The agent reports. It is deployed.'))
})

it('a message outside turns is read as it comes, and again when it goes on', async () => {
  const {app, state, aloud} = chat()
  app.preferences.readAloud.value = true
  const report = (content: string) => emptyState({messages: [reply({id: '3:said', turn_id: null, stop_reason: null, content})]})
  state.value = report('Watching.')
  endings.push(aloud.follow())
  state.value = report('Watching. It is green. And')
  await vi.waitFor(() => expect(spoken).toEqual(['It is green.']))
  state.value = report('Watching. It is green. And deployed')
  // Nothing marks the end: a pause does.
  await vi.waitFor(() => expect(spoken).toEqual(['It is green.', 'And deployed.']), 4000)
})

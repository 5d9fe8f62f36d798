import {signal} from '@preact/signals'
import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import {narrate} from '../../../src/chat/aloud/narrate'
import {ReadAloud} from '../../../src/chat/aloud/read-aloud'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import type {Conversation} from '../../../src/chat/state/conversation'
import type {Waiting} from '../../../src/chat/state/waiting'
import type {State} from '../../../src/lib/types'
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
    held: signal(false),
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

it('an answer that is read when asked for ends with why, too', async () => {
  const {aloud} = chat()
  aloud.read('t:answer', 'All is well', "Cut at the agent's limit")
  await vi.waitFor(() => expect(spoken).toEqual(['All is well.', "Cut at the agent's limit."]))
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
  conversation.held.value = true
  conversation.queue.value = [...conversation.queue.value, {id: 'b', text: 'two', accepted: true}]
  expect(spies.announce.mock.calls).toEqual([['1 waiting: send, or discard']])
})

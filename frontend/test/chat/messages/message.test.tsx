import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Answer} from '../../../src/chat/messages/message'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import {Turns} from '../../../src/chat/state/turns'
import type {Message} from '../../../src/lib/types'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'
import {reply} from '../../fakes'

function show(changes: Partial<Message>) {
  const {app} = fakeApp()
  const chat = {app, conversation: {turns: new Turns()}} as unknown as ChatContext
  const onActions = vi.fn()
  let page!: HTMLElement
  void act(() => void (page = draw(<Answer cell={signal(reply(changes))} chat={chat} onActions={onActions} />)))
  return {page, onActions, stop: page.querySelector('.answer-stop')?.textContent}
}

it.each([
  ['cancelled', 'Stopped by you'],
  ['max_tokens', "Cut at the agent's limit"],
  ['max_turn_requests', "Cut at the agent's limit"],
  ['refusal', 'The agent refused'],
  ['failed', 'Failed'],
  ['out_of_credits', 'Ended: out of credits'],
  ['constructor', 'Ended: constructor'],
])('an answer that ended with %s says so in one line', (reason, line) => {
  expect(show({stop_reason: reason}).stop).toBe(line)
})

it.each(['end_turn', null])('an answer that ended with %s just ends', reason => {
  expect(show({stop_reason: reason}).stop).toBeUndefined()
})

it('nothing is said of the end before it is there', () => {
  expect(show({stop_reason: 'cancelled', is_streaming: true}).stop).toBeUndefined()
})

it('one line says why there is no answer', () => {
  expect(show({content: ''}).page.textContent).toBe('Finished without an answer.')
  expect(show({content: '', stop_reason: 'cancelled'}).page.textContent).toBe('Stopped by you')
})

it('is read aloud with its end', () => {
  const {page, onActions} = show({stop_reason: 'max_tokens'})
  page.querySelector('button')!.click()
  expect(onActions).toHaveBeenCalledWith(expect.objectContaining({text: 'Done.', ending: "Cut at the agent's limit"}))
})

it('a step that was cancelled or not allowed says so in words', () => {
  const call = {id: 'c', name: '', kind: 'execute', title: 'npm test'} as const
  const outcome = (status: 'cancelled' | 'rejected') =>
    show({tool_calls: [{...call, status}]}).page.querySelector('.step-outcome [aria-hidden]')?.textContent
  expect([outcome('cancelled'), outcome('rejected')]).toEqual(['cancelled', 'not allowed'])
})

it('steps that only looked are folded, unless one of them did not work', () => {
  const look = (id: string, status: 'completed' | 'cancelled') =>
    ({id, name: '', kind: 'read', title: `Read ${id}`, status}) as const
  const lines = (...calls: Message['tool_calls']) =>
    [...show({tool_calls: calls}).page.querySelectorAll('.answer > .steps > li')].length
  expect(lines(look('a', 'completed'), look('b', 'completed'))).toBe(1)
  expect(lines(look('a', 'completed'), look('b', 'cancelled'))).toBe(2)
})

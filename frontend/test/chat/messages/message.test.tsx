import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Answer} from '../../../src/chat/messages/message'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import {Turns} from '../../../src/chat/state/turns'
import type {Message} from '../../../src/lib/types'
import {fakeApp, fleetHas} from '../../chat-app'
import {draw} from '../../drawn'
import {aFleet, reply} from '../../fakes'

/** The output is drawn by code that is fetched first. */
const SLOWLY = {timeout: 10_000}

function show(changes: Partial<Message>) {
  const {app, api, spies} = fakeApp()
  if (fleetHas.s) aFleet(app.fleet, {online: true})
  const chat = {app, conversation: {turns: new Turns(), sessionId: 's', newest: signal(''), busy: signal(false)}} as unknown as ChatContext
  const onActions = vi.fn()
  let page!: HTMLElement
  void act(() => void (page = draw(<Answer cell={signal(reply(changes))} chat={chat} onActions={onActions} />)))
  return {page, api, spies, onActions, stop: page.querySelector('.answer-stop')?.textContent}
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

it('a turn on another machine says what it changed, and leads to nothing that is not here', () => {
  fleetHas.s = 'm1'
  const {page} = show({changed: {files: 2, added: 3, removed: 1}})
  delete fleetHas.s
  expect(page.textContent).toContain('2 files +3 −1')
  expect([...page.querySelectorAll('button')].map(it => it.textContent)).not.toContain('View changes')
  expect(show({changed: {files: 2, added: 3, removed: 1}}).page.textContent).toContain('View changes')
})

it('a turn says in one line what it took, and leads to what it changed', async () => {
  const changes = [{path: '/w/a.py', hunks: [['-a', '+b', '+c']], left_out: 0}]
  const edit = {id: 'e', name: '', kind: 'edit', title: 'Edit a.py', status: 'completed', changes} as const
  const denied = {...edit, id: 'd', status: 'rejected'} as const
  const calls = [edit, denied].map(call => ({...call, changes: [{...changes[0]!}]}))
  const {page, spies} = show({tool_calls: calls, seconds: 12.4, stop_reason: 'cancelled', thoughts: 'Hm.'})
  expect(page.querySelector('.turn-line p')?.textContent).toBe('Stopped by you · 2 steps · 1 file +2 −1 · 12 s')
  expect(page.querySelector('.thoughts-text')?.textContent).toBe('Hm.')
  await act(async () => page.querySelector<HTMLButtonElement>('.turn-changes')!.click())
  expect(spies.go).toHaveBeenCalledWith('/s/s/changes?t=t')
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
  expect([outcome('cancelled'), outcome('rejected')]).toEqual(['cancelled', 'denied'])
})

it('a picture of a step is a picture', async () => {
  const call = {id: 'c', name: '', kind: 'other', title: 'Screenshot', status: 'completed', images: ['i']} as const
  const {page, api} = show({tool_calls: [{...call, images: [...call.images]}]})
  await vi.waitFor(() => expect(page.querySelector('img')?.src).toBe('data:image/png;base64,AAAA'), SLOWLY)
  expect(api.image).toHaveBeenCalledWith('s', 'i')
}, 15_000)

it('a picture that is lost says so', async () => {
  const call = {id: 'c', name: '', kind: 'other', title: 'Screenshot', status: 'completed', images: ['gone']} as const
  const {page} = show({tool_calls: [{...call, images: [...call.images]}]})
  await vi.waitFor(() => expect(page.textContent).toContain('The picture could not be loaded.'), SLOWLY)
}, 15_000)

it('a step that failed shows why without being asked', async () => {
  const call = {id: 'c', name: '', kind: 'execute', title: 'make', status: 'failed', output: 'No rule to make target'} as const
  const {page} = show({tool_calls: [call]})
  await vi.waitFor(() => expect(page.querySelector('pre')?.textContent).toBe('No rule to make target'), SLOWLY)
}, 15_000)

it('steps that only looked are folded, unless one of them did not work', () => {
  const look = (id: string, status: 'completed' | 'cancelled') =>
    ({id, name: '', kind: 'read', title: `Read ${id}`, status}) as const
  const lines = (...calls: Message['tool_calls']) =>
    [...show({tool_calls: calls}).page.querySelectorAll('.answer > .steps > li')].length
  expect(lines(look('a', 'completed'), look('b', 'completed'))).toBe(1)
  expect(lines(look('a', 'completed'), look('b', 'cancelled'))).toBe(2)
})

import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Queue} from '../../../src/chat/composer/queue'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import type {Waiting} from '../../../src/chat/state/waiting'
import type {QueuedMessage} from '../../../src/lib/types'
import {fakeApp, fleetHas} from '../../chat-app'
import {aFleet} from '../../fakes'
import {draw} from '../../drawn'

const TWO: Waiting[] = [
  {id: 'a', text: 'Then the tests', accepted: true},
  {id: 'b', text: 'And commit', accepted: true},
]

function show(held: Waiting[], queue: Waiting[], readOnly = false, there: QueuedMessage[] = []) {
  const {app, spies} = fakeApp()
  spies.readOnly.value = readOnly
  if (there.length) {
    fleetHas.s = 'm1'
    aFleet(spies.fleet)
  } else delete fleetHas.s
  const actions = {
    sendQueue: vi.fn(async () => true),
    discardHeld: vi.fn(async () => true),
    stop: vi.fn(async () => true),
    withdraw: vi.fn(async () => true),
  }
  const notice = {show: vi.fn()}
  const conversation = {sessionId: 's', held: signal(held), queue: signal(queue), elsewhere: {waiting: signal(there)}, actions, notice}
  const change = vi.fn()
  const chat = {app, conversation, change} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<Queue chat={chat} />)))
  const find = (label: string) =>
    [...page.querySelectorAll('button')].find(button => (button.getAttribute('aria-label') ?? button.textContent)?.trim() === label)
  const tap = (label: string) => act(async () => find(label)!.click())
  const chips = (title: string) => {
    const id = [...page.querySelectorAll('p')].find(line => line.textContent === title)?.id
    return [...page.querySelectorAll(`[aria-labelledby="${id}"] li`)].map(chip => chip.textContent)
  }
  return {page, actions, notice, change, find, tap, chips}
}

it('asks what to do with what is held, and does it', async () => {
  const {actions, notice, tap, chips} = show(TWO, [])
  expect(chips('2 waiting: send, or discard')).toEqual(['Then the tests', 'And commit'])

  await tap('Send what waits')
  expect(actions.sendQueue).toHaveBeenCalledOnce()
  expect(notice.show).not.toHaveBeenCalled()
  await tap('Discard what waits')
  expect(actions.discardHeld).toHaveBeenCalledOnce()
  expect(notice.show).toHaveBeenCalledWith('2 messages discarded.')
  expect(actions.stop).not.toHaveBeenCalled()
})

it('does not say that something was discarded where that failed', async () => {
  const {actions, notice, tap} = show(TWO, [])
  actions.discardHeld.mockResolvedValue(false)
  await tap('Discard what waits')
  expect(notice.show).not.toHaveBeenCalled()
})

it('takes one tap at a time', async () => {
  const {actions, find} = show(TWO, [])
  actions.sendQueue.mockReturnValue(new Promise(() => {}))
  await act(async () => {
    find('Send what waits')!.click()
    find('Send what waits')!.click()
    find('Discard what waits')!.click()
  })
  expect(actions.sendQueue).toHaveBeenCalledOnce()
  expect(actions.discardHeld).not.toHaveBeenCalled()
})

it('offers to stop and send now, once something has arrived that waits', async () => {
  expect(show([], [{...TWO[0]!, accepted: false}]).find('Stop and send now')).toBeUndefined()
  const {actions, find, tap, chips} = show([], TWO)
  expect(chips('Will be sent after this step')).toEqual(['Then the tests', 'And commit'])
  expect(find('Send what waits')).toBeUndefined()
  await tap('Stop and send now')
  expect(actions.stop).toHaveBeenCalledWith(true)
})

it('keeps what is held apart from what is sent after this step, and does not send the one with the other', async () => {
  const [held, next] = TWO
  const {find, tap, notice, chips} = show([held!], [next!])
  expect(chips('1 waiting: send, or discard')).toEqual(['Then the tests'])
  expect(chips('Will be sent after this step')).toEqual(['And commit'])
  expect(find('Stop and send now')).toBeDefined()
  await tap('Discard what waits')
  expect(notice.show).toHaveBeenCalledWith('1 message discarded.')
})

it('decides nothing on a device with read-only access', () => {
  for (const [held, queue] of [[TWO, []], [[], TWO]] as const) {
    const {page} = show([...held], [...queue], true)
    expect([...page.querySelectorAll('button')].every(button => button.disabled)).toBe(true)
  }
})

it('is not there when nothing waits', () => {
  expect(show([], []).page.textContent).toBe('')
})

it('says what waits for a machine to wake, and what is being taken back from there', async () => {
  const word = {message_id: 'c', turn_id: 'c', content: 'Push it', timestamp: '2026-11-21T14:03:00.000Z', held: false}
  const {find, chips} = show(TWO, [], false, [word, {...word, message_id: 'd', turn_id: 'd', content: 'No, wait', held: true}])

  expect(chips('Waits until laptop wakes')).toEqual(['Push it'])
  expect(chips('Being taken back, unless laptop has it already')).toEqual(['No, wait'])
  expect(find('Waiting: Push it')!.disabled).toBe(false)
  expect(find('Waiting: No, wait')!.disabled).toBe(true)
  // What its agent was not sent yet is decided on when it is there.
  expect(chips('2 waiting on laptop')).toEqual(['Then the tests', 'And commit'])
  expect(find('Send what waits')).toBeUndefined()
})

it('puts a message back into the composer with its files, unless it was too late', async () => {
  const attachments = [{attachment_id: 'f', name: 'a.txt', size: 9, media_type: 'text/plain'}]
  const message = {id: 'a', text: 'See this', accepted: true, attachments}
  const {actions, change, tap} = show([], [message])
  const edit = () => [...document.querySelectorAll<HTMLButtonElement>('dialog button')].find(it => it.textContent.trim() === 'Edit')
  for (const inTime of [false, true]) {
    actions.withdraw.mockResolvedValueOnce(inTime)
    await tap('Waiting: See this')
    await vi.waitFor(() => expect(edit()).toBeDefined(), {timeout: 10_000})
    await act(async () => edit()!.click())
    expect(change.mock.calls).toEqual(inTime ? [[message]] : [])
  }
})

import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Queue} from '../../../src/chat/composer/queue'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import type {Waiting} from '../../../src/chat/state/waiting'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

const TWO: Waiting[] = [
  {id: 'a', text: 'Then the tests', accepted: true},
  {id: 'b', text: 'And commit', accepted: true},
]

function show(held: Waiting[], queue: Waiting[], readOnly = false) {
  const {app, spies} = fakeApp()
  spies.readOnly.value = readOnly
  const actions = {
    sendQueue: vi.fn(async () => true),
    discardHeld: vi.fn(async () => true),
    stop: vi.fn(async () => true),
  }
  const notice = {show: vi.fn()}
  const conversation = {held: signal(held), queue: signal(queue), actions, notice}
  const chat = {app, conversation} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<Queue chat={chat} />)))
  const find = (label: string) =>
    [...page.querySelectorAll('button')].find(button => (button.getAttribute('aria-label') ?? button.textContent)?.trim() === label)
  const tap = (label: string) => act(async () => find(label)!.click())
  const chips = (title: string) => {
    const id = [...page.querySelectorAll('p')].find(line => line.textContent === title)?.id
    return [...page.querySelectorAll(`[aria-labelledby="${id}"] li`)].map(chip => chip.textContent)
  }
  return {page, actions, notice, find, tap, chips}
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

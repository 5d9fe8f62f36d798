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

function show(waiting: Waiting[], isHeld: boolean, readOnly = false) {
  const {app, spies} = fakeApp()
  spies.readOnly.value = readOnly
  const actions = {
    sendQueue: vi.fn(async () => true),
    discardQueue: vi.fn(async () => true),
    stop: vi.fn(async () => true),
  }
  const notice = {show: vi.fn()}
  const conversation = {queue: signal(waiting), held: signal(isHeld), actions, notice}
  const chat = {app, conversation} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<Queue chat={chat} />)))
  const find = (label: string) =>
    [...page.querySelectorAll('button')].find(button => (button.getAttribute('aria-label') ?? button.textContent)?.trim() === label)
  const tap = (label: string) => act(async () => find(label)!.click())
  return {page, actions, notice, find, tap}
}

it('asks what to do with what is held, and does it', async () => {
  const {page, actions, notice, tap} = show(TWO, true)
  expect(page.querySelector('#queue-title')!.textContent).toBe('2 waiting: send, or discard')
  expect([...page.querySelectorAll('li')].map(chip => chip.textContent)).toEqual(['Then the tests', 'And commit'])

  await tap('Send what waits')
  expect(actions.sendQueue).toHaveBeenCalledOnce()
  expect(notice.show).not.toHaveBeenCalled()
  await tap('Discard what waits')
  expect(actions.discardQueue).toHaveBeenCalledOnce()
  expect(notice.show).toHaveBeenCalledWith('2 messages discarded.')
  expect(actions.stop).not.toHaveBeenCalled()
})

it('does not say that something was discarded where that failed', async () => {
  const {actions, notice, tap} = show(TWO, true)
  actions.discardQueue.mockResolvedValue(false)
  await tap('Discard what waits')
  expect(notice.show).not.toHaveBeenCalled()
})

it('takes one tap at a time', async () => {
  const {actions, find} = show(TWO, true)
  actions.sendQueue.mockReturnValue(new Promise(() => {}))
  await act(async () => {
    find('Send what waits')!.click()
    find('Send what waits')!.click()
    find('Discard what waits')!.click()
  })
  expect(actions.sendQueue).toHaveBeenCalledOnce()
  expect(actions.discardQueue).not.toHaveBeenCalled()
})

it('offers to stop and send now, once something has arrived that waits', async () => {
  expect(show([{...TWO[0]!, accepted: false}], false).find('Stop and send now')).toBeUndefined()
  const {page, actions, find, tap} = show(TWO, false)
  expect(page.querySelector('#queue-title')!.textContent).toBe('Will be sent after this step')
  expect(find('Send what waits')).toBeUndefined()
  await tap('Stop and send now')
  expect(actions.stop).toHaveBeenCalledWith(true)
})

it('decides nothing on a device with read-only access', () => {
  for (const isHeld of [true, false]) {
    const {page} = show(TWO, isHeld, true)
    expect([...page.querySelectorAll('button')].every(button => button.disabled)).toBe(true)
  }
})

it('is not there when nothing waits', () => {
  expect(show([], false).page.textContent).toBe('')
})

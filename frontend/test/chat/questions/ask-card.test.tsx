import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import {AskCard} from '../../../src/chat/questions/ask-card'
import type {Actions} from '../../../src/chat/state/actions'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import {keepFocus} from '../../../src/screens/chat/keep-focus'
import {ApiError} from '../../../src/lib/api-error'
import type {Permission} from '../../../src/lib/types'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

/** What is in view of each thing that is looked at: all of it, unless a test says less. */
let inView = 1

class Observer {
  readonly #tell: IntersectionObserverCallback
  constructor(tell: IntersectionObserverCallback) {
    this.#tell = tell
  }
  observe() {
    const boundingClientRect = {height: 100} as DOMRectReadOnly
    this.#tell([{intersectionRatio: inView, isIntersecting: inView > 0, boundingClientRect} as IntersectionObserverEntry], this as never)
  }
  disconnect() {}
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('IntersectionObserver', Observer)
  inView = 1
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const OPTIONS = [
  {id: 'a', name: 'Allow once', kind: 'allow_once'},
  {id: 'b', name: 'Always allow git push', kind: 'allow_always'},
  {id: 'c', name: 'Deny', kind: 'reject_once'},
]
const PUSH: Permission = {
  request_id: 'r',
  kind: 'permission',
  title: '`git push origin main`',
  tool_call: {id: 't', name: '', kind: 'execute', title: '', status: 'in_progress'},
  options: OPTIONS,
}

function show(...asked: Permission[]) {
  const permissions = signal(asked)
  const answer = vi.fn<Actions['answer']>(async () => {})
  const {app, spies} = fakeApp()
  const chat = {app, conversation: {permissions, actions: {answer}, sessionId: 's', state: signal(undefined)}} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<AskCard chat={chat} />)))
  const tap = (name: string) =>
    act(async () => [...page.querySelectorAll('button')].find(button => button.textContent === name)!.click())
  const arm = () => act(() => void vi.advanceTimersByTime(400))
  return {page, permissions, answer, app, spies, tap, arm}
}

it('shows the whole command, its risk, and how many questions there are', () => {
  const {page} = show(PUSH, {...PUSH, request_id: 'r2'})
  expect(page.querySelector('h2')?.textContent).toBe('Allow this command?')
  expect(page.querySelector('pre')?.textContent).toBe('git push origin main')
  expect(page.textContent).toContain('1 of 2')
  expect(page.textContent).toContain('Sends something outside this computer')
  expect(page.querySelector('mark')?.textContent).toBe('git push origin main')
})

it('has no at the left, yes at the right, and always below', () => {
  const {page} = show(PUSH)
  const names = (place: string) => [...page.querySelectorAll(`${place} button`)].map(button => button.textContent)
  expect(names('.ask-pair')).toEqual(['Deny', 'Allow once'])
  expect(names('.ask-others')).toEqual(['Always allow git push', 'Deny, and say why'])
})

it('of several ways to allow none stands for the others', () => {
  const ways = ['Red', 'Blue'].map(name => ({id: name, name, kind: 'allow_once'}))
  const {page} = show({...PUSH, options: [...ways, OPTIONS[2]!]})
  expect(page.querySelector('.ask-pair')).toBeNull()
  expect([...page.querySelectorAll('.ask-others button')].map(button => button.textContent)).toEqual(['Red', 'Blue', 'Deny'])
})

it('allows nothing of which a part is not in view, but takes a no', async () => {
  inView = 0.9
  const {page, answer, tap, arm} = show(PUSH)
  arm()
  expect([...page.querySelectorAll('button')].map(button => button.textContent?.trim())).toEqual(['Deny', 'Review', 'Deny, and say why'])
  await tap('Deny')
  expect(answer).toHaveBeenCalledWith('r', 'c', undefined)
})

it('tells the agent why it was refused, after the refusal', async () => {
  const {page, answer, app, tap, arm} = show(PUSH)
  const add = vi.spyOn(app.outbox, 'add')
  arm()
  await tap('Deny, and say why')
  const field = page.querySelector('textarea')!
  await act(async () => {
    field.value = 'Not to main.'
    field.dispatchEvent(new Event('input', {bubbles: true}))
  })
  await act(async () => void page.querySelector('form')!.dispatchEvent(new Event('submit', {cancelable: true, bubbles: true})))
  expect(answer).toHaveBeenCalledWith('r', 'c', undefined)
  expect(add).toHaveBeenCalledWith({sessionId: 's', text: 'Not to main.'})
})

it('shows a change as its hunks, and how much of it is left out', () => {
  const changes = [{path: '/w/a.py', hunks: [[' a', '-b', '+c'], ['+d']], left_out: 7}]
  const call = {id: 't', name: '', kind: 'edit', title: 'Edit a.py', status: 'in_progress' as const, changes}
  const {page} = show({...PUSH, title: 'Edit a.py', tool_call: call})
  expect(page.querySelector('h2')?.textContent).toBe('Allow this change?')
  expect([...page.querySelectorAll('.diff-line')].map(line => line.textContent)).toEqual([' a', '−b', '+c', '+d'])
  expect(page.querySelectorAll('.diff-hunk')).toHaveLength(2)
  expect(page.textContent).toContain('7 lines more')
})

it('does not take a tap that was meant for what was there before', async () => {
  const {answer, tap, arm} = show(PUSH)
  await tap('Allow once')
  expect(answer).not.toHaveBeenCalled()
  arm()
  await tap('Allow once')
  expect(answer).toHaveBeenCalledWith('r', 'a', undefined)
})

it('arms again for the next question', async () => {
  const {answer, permissions, tap, arm} = show(PUSH)
  arm()
  await act(async () => void (permissions.value = [{...PUSH, request_id: 'r2'}]))
  await tap('Allow once')
  expect(answer).not.toHaveBeenCalled()
})

it('says why an answer was not taken', async () => {
  const {page, answer, spies, tap, arm} = show(PUSH)
  answer.mockRejectedValue(new ApiError(409, 'ALREADY_ANSWERED', 'This was answered already.'))
  arm()
  await tap('Deny')
  expect(page.querySelector('.note-wrong')?.textContent).toBe('This was answered already.')
  expect(spies.announce).toHaveBeenCalledWith('This was answered already.', true)
})

it('takes the focus, but not from somebody who types', () => {
  const {page} = show(PUSH)
  expect(document.activeElement).toBe(page.querySelector('h2'))

  const field = document.body.appendChild(document.createElement('textarea'))
  field.focus()
  show(PUSH)
  expect(document.activeElement).toBe(field)
  field.remove()
})

it('opens nothing but web pages', () => {
  const ask = (url: string): Permission => ({...PUSH, kind: 'question', url, options: []})
  expect(show(ask('javascript:alert(1)')).page.querySelector('a')).toBeNull()
  expect(show(ask('https://example.com/login')).page.querySelector('a')?.rel).toContain('noopener')
})

it('leaves the focus with the conversation when it goes away', async () => {
  const messages = document.body.appendChild(Object.assign(document.createElement('section'), {id: 'messages', tabIndex: 0}))
  const end = keepFocus(document.body)
  const {permissions} = show(PUSH)
  await act(async () => void (permissions.value = []))
  expect(document.activeElement).toBe(messages)
  end()
  messages.remove()
})

import {render} from 'preact'
import {act} from 'preact/test-utils'
import {beforeEach, expect, it, vi} from 'vitest'

import {Chat} from '../../../src/screens/chat/chat'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'
import {emptyState, FakeEventSource, reply} from '../../fakes'

beforeEach(() => {
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.stubGlobal('matchMedia', () => ({matches: false, addEventListener() {}, removeEventListener() {}}))
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    disconnect() {}
  })
  vi.spyOn(document, 'hasFocus').mockReturnValue(true)
  FakeEventSource.all = []
  localStorage.clear()
})

it('is followed no longer once it is left, also if that was before it was painted', () => {
  const {app} = fakeApp()
  const page = draw(<Chat app={app} sessionId="s" />)
  expect(FakeEventSource.last.closed).toBe(false)
  render(null, page)
  expect(FakeEventSource.last.closed).toBe(true)
})

it('what is taken back to be changed is there at the next visit, where its user has left meanwhile', async () => {
  const {app, api} = fakeApp()
  let taken!: (state: object) => void
  api.withdraw.mockReturnValue(new Promise(resolve => (taken = resolve)))
  let page!: HTMLElement
  await act(async () => void (page = draw(<Chat app={app} sessionId="s" />)))
  const press = async (name: string) => {
    const button = () => [...page.querySelectorAll('button')].find(it => (it.getAttribute('aria-label') ?? it.textContent).trim() === name)
    await vi.waitFor(() => expect(button()).toBeDefined(), {timeout: 20_000})
    await act(async () => button()!.click())
  }
  const waiting = {message_id: 'b', turn_id: 'b', content: 'And commit', timestamp: '2026-11-21T14:00:00.000Z', held: false}
  FakeEventSource.last.open()
  FakeEventSource.last.send('message', emptyState({seq: 1, status: 'active', is_processing: true, queue: [waiting]}), 1)
  await press('Waiting: And commit')
  await press('Edit')

  render(null, page)
  taken(emptyState({seq: 2}))

  await vi.waitFor(() => expect(app.drafts.load('s')).toBe('And commit'))
})

it('shows the message that was looked for last, however long an earlier one takes to be found', async () => {
  const led: (string | null)[] = []
  vi.stubGlobal('CSS', {escape: String})
  Element.prototype.scrollIntoView = function () {
    led.push(this.getAttribute('data-row'))
  }
  const {app, api} = fakeApp()
  let load!: (found: object) => void
  Object.assign(api, {messages: () => new Promise(resolve => (load = resolve))})
  const page = draw(<Chat app={app} sessionId="s" message="old" />)
  FakeEventSource.last.open()
  FakeEventSource.last.send('message', emptyState({seq: 1, messages: [reply({id: 'new'})], total_messages: 2}), 1)
  await vi.waitFor(() => expect(load).toBeDefined())

  await act(async () => void draw(<Chat app={app} sessionId="s" message="new" />, page))
  await vi.waitFor(() => expect(led).toEqual(['assistant:new']))
  await act(async () => load({messages: [reply({id: 'old'})]}))

  await vi.waitFor(() => expect(page.querySelector('[data-row="assistant:old"]')).not.toBeNull())
  await act(async () => {})
  expect(led).toEqual(['assistant:new'])
})

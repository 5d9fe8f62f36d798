import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import type {Frame} from '../../../src/app/make-app'
import {ApiError, type NewSession as Wishes} from '../../../src/lib/api'
import {NewSession} from '../../../src/screens/sessions/new-session'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

const AGENTS = ['demo', 'cursor-agent'].map(name => ({name, label: name, available: true, version: '1', protocol: 'acp', install: '', login: ''}))

it('tries again with the same id, so that a lost answer makes no second session', async () => {
  const {app, spies} = fakeApp()
  const start = vi.fn(async (wishes: Wishes): Promise<{session_id: string}> => {
    if (start.mock.calls.length < 3) throw new ApiError(0, 'NOT_REACHED', 'Janus cannot be reached.')
    return {session_id: wishes.session_id!}
  })
  Object.assign(app.api, {start})
  spies.agents.value = AGENTS as never
  const frame = {app, titles: {learn: vi.fn()}, refreshServerInfo: vi.fn(), health: signal(undefined)} as unknown as Frame
  let page!: HTMLElement
  void act(() => void (page = draw(<NewSession frame={frame} />)))
  const submit = () => act(async () => void page.querySelector('form')!.dispatchEvent(new Event('submit', {cancelable: true})))

  await submit()
  await submit()
  const [first, second] = start.mock.calls.map(([wishes]) => wishes)
  expect(first!.session_id).toMatch(/^[0-9a-f-]{36}$/)
  expect(second).toEqual(first)
  expect(spies.go).not.toHaveBeenCalled()

  // Somebody else shall do it: that is another session.
  await act(async () => page.querySelectorAll<HTMLInputElement>('input[name="agent"]')[1]!.click())
  await submit()
  const third = start.mock.lastCall![0]
  expect(third.agent).toBe('cursor-agent')
  expect(third.session_id).not.toBe(first!.session_id)
  expect(spies.go).toHaveBeenCalledWith(`/s/${third.session_id}`)
})

import {signal} from '@preact/signals'
import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Later} from '../../../src/chat/composer/later'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'
import {emptyState} from '../../fakes'

it('takes one tap at a time: what goes on when a limit is reset goes on once', async () => {
  const goOnThen = vi.fn(() => new Promise<boolean>(() => {}))
  const state = signal(emptyState({limit_resets_at: new Date(Date.now() + 3_600_000).toISOString()}))
  const chat = {app: fakeApp().app, conversation: {sessionId: 's', state, actions: {goOnThen}}} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<Later chat={chat} />)))
  const button = page.querySelector('button')!
  await act(async () => {
    button.click()
    button.click()
  })
  expect(goOnThen).toHaveBeenCalledOnce()
})

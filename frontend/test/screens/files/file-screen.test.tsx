import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Router} from '../../../src/app/router'
import type {ChatContext} from '../../../src/chat/state/chat-context'
import {FileScreen} from '../../../src/screens/files/file-screen'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

it('is left by one step back, however often that is tapped', async () => {
  history.replaceState(null, '', '/')
  const router = new Router()
  router.go('/s/one')
  router.go('/s/one/file?p=a.py')
  const {app} = fakeApp()
  Object.assign(app, {go: router.go})
  Object.assign(app.api, {work: {file: () => new Promise(() => {})}})
  const chat = {app, conversation: {sessionId: 'one'}} as unknown as ChatContext
  let page!: HTMLElement
  void act(() => void (page = draw(<FileScreen chat={chat} path="a.py" />)))
  const [go, back] = [vi.spyOn(history, 'go'), vi.spyOn(history, 'back')]

  const button = page.querySelector<HTMLButtonElement>('[aria-label="Back"]')!
  button.click()
  button.click()

  await vi.waitFor(() => expect(router.route.value).toEqual({screen: 'chat', sessionId: 'one'}))
  await vi.waitFor(() => expect(history.state).toEqual({under: '/'}))
  expect(go).toHaveBeenCalledExactlyOnceWith(-1)
  expect(back).not.toHaveBeenCalled()
})

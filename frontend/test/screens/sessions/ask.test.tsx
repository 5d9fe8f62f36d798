import {act} from 'preact/test-utils'
import {signal} from '@preact/signals'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import type {App} from '../../../src/app/app'
import {ApiError} from '../../../src/lib/api'
import type {Permission, SessionInfo} from '../../../src/lib/types'
import {Ask} from '../../../src/screens/sessions/ask'
import {draw} from '../../drawn'
import {emptyState} from '../../fakes'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const asked: Permission = {
  request_id: 'r1',
  kind: 'permission',
  title: 'Write notes.txt',
  options: [
    {id: 'always', name: 'Always', kind: 'allow_always'},
    {id: 'yes', name: 'Allow', kind: 'allow_once'},
    {id: 'no', name: 'Reject', kind: 'reject_once'},
  ],
}

function drawn(permission = vi.fn(async () => emptyState()), permissions = [asked], readOnly = false) {
  const app = {api: {permission}, announce: vi.fn(), go: vi.fn(), unauthorized: vi.fn(), readOnly: signal(readOnly)}
  const onAnswered = vi.fn()
  let root!: HTMLElement
  act(() => {
    root = draw(
      <Ask
        app={app as unknown as App}
        session={{session_id: 's'} as SessionInfo}
        permissions={permissions}
        onAnswered={onAnswered}
      />,
    )
  })
  const tap = async (label: string) => {
    const button = [...root.querySelectorAll('button')].find(({textContent}) => textContent?.trim() === label)
    await act(async () => button?.click())
  }
  return {root, app, permission, onAnswered, tap}
}

const arm = () => act(() => void vi.advanceTimersByTime(400))

test('a tap that was meant for what was there before allows nothing', async () => {
  const {permission, tap} = drawn()

  await tap('Allow once')
  expect(permission).not.toHaveBeenCalled()

  await arm()
  await tap('Allow once')
  expect(permission).toHaveBeenCalledWith('s', 'r1', 'yes')
})

test('deny stands before allow, and denies', async () => {
  const {root, permission, tap, onAnswered} = drawn()
  await arm()

  const labels = [...root.querySelectorAll('button')].map(({textContent}) => textContent?.trim())
  expect(labels).toEqual(['Deny', 'Allow once'])
  await tap('Deny')

  expect(permission).toHaveBeenCalledWith('s', 'r1', 'no')
  expect(onAnswered).toHaveBeenCalledOnce()
})

test('what somebody else has answered is said, and looked at again', async () => {
  const late = new ApiError(409, 'ALREADY_ANSWERED', 'Somebody was faster.')
  const {root, tap, onAnswered} = drawn(vi.fn().mockRejectedValue(late))
  await arm()

  await tap('Allow once')

  expect(root.querySelector('[role=alert]')?.textContent).toBe('Somebody was faster.')
  expect(onAnswered).toHaveBeenCalledWith(undefined)
})

test('a question with fields is answered inside', async () => {
  const {root, app, tap} = drawn(undefined, [{...asked, kind: 'question'}])

  await tap('Open to answer')

  expect(root.querySelectorAll('button')).toHaveLength(1)
  expect(app.go).toHaveBeenCalledWith('/s/s')
})

test('the change that is asked for is shown, each part once', () => {
  const call = {id: 'c', name: 'Write', kind: 'edit', title: asked.title, status: 'in_progress', output: '+ milk'} as const
  const {root} = drawn(undefined, [{...asked, text: '+ milk', tool_call: call}])

  expect([...root.querySelectorAll('code')].map(({textContent}) => textContent)).toEqual(['+ milk'])
})

test('what is too long to be read in a list cannot be allowed there', async () => {
  const command = `echo ${'x'.repeat(400)} && rm -rf build`
  const call = {id: 'c', name: 'Bash', kind: 'execute', title: command, status: 'in_progress'} as const
  const {root, tap, app} = drawn(undefined, [{...asked, tool_call: call}])
  await arm()

  expect(root.textContent).not.toContain('Allow once')
  await tap('Open to read and answer')

  expect(app.go).toHaveBeenCalledWith('/s/s')
})

test('a device with read-only access sees what is asked', () => {
  const {root} = drawn(undefined, [asked], true)

  expect(root.textContent).toContain('Write notes.txt')
  expect(root.querySelector('button')).toBeNull()
})

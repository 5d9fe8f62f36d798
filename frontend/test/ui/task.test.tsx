import {act} from 'preact/test-utils'
import {render} from 'preact'
import {expect, it, vi} from 'vitest'

import {useTask} from '../../src/ui/task'
import {draw} from '../drawn'

function Asking({work, then}: {work: () => Promise<string>; then: (said: string) => void}) {
  const task = useTask()
  return <button type="button" onClick={() => void task.run(work, then)}>{task.busy ? 'busy' : (task.error?.message ?? 'ask')}</button>
}

it('is followed by what closes its sheet, unless that is closed already: another one may be open by then', async () => {
  for (const stays of [true, false]) {
    let answer!: (said: string) => void
    const then = vi.fn()
    const page = draw(<Asking work={() => new Promise(resolve => (answer = resolve))} then={then} />)
    await act(() => page.querySelector('button')!.click())
    expect(page.textContent).toBe('busy')
    if (!stays) render(null, page)
    await act(async () => answer('done'))
    expect(then.mock.calls).toEqual(stays ? [['done']] : [])
  }
})

it('is followed by nothing where it failed', async () => {
  const then = vi.fn()
  const page = draw(<Asking work={() => Promise.reject(new Error('no network'))} then={then} />)
  await act(async () => page.querySelector('button')!.click())
  expect(page.textContent).toBe('no network')
  expect(then).not.toHaveBeenCalled()
})

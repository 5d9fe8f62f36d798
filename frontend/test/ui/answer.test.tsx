import {act} from 'preact/test-utils'
import {expect, it} from 'vitest'

import {useAnswer} from '../../src/ui/answer'
import {draw} from '../drawn'

/** Each question, with what answers it. */
const asked = new Map<string, {answer: (words: string) => void; fail: (why: Error) => void}>()

const ask = (what: string) => new Promise<string>((answer, fail) => asked.set(what, {answer, fail}))

function Shown({of}: {of: string}) {
  const {value, error, busy, again} = useAnswer(() => ask(of), [of])
  return <button type="button" onClick={() => void again(() => ask(`${of} again`))}>{[value, error?.message, busy && 'busy'].filter(Boolean).join(', ')}</button>
}

it('shows the answer to the newest question, whatever comes late', async () => {
  const page = draw(<Shown of="a" />)
  expect(asked.has('a')).toBe(true)
  draw(<Shown of="b" />, page)
  // As it is drawn: nobody acts on what was answered to another question.
  expect(asked.has('b')).toBe(true)
  asked.get('b')!.answer('of b')
  await expect.poll(() => page.textContent).toBe('of b')
  asked.get('a')!.answer('of a')
  await act(async () => {})
  expect(page.textContent).toBe('of b')

  await act(() => page.querySelector('button')!.click())
  expect(page.textContent).toBe('of b, busy')
  const late = asked.get('b again')!
  await act(() => page.querySelector('button')!.click())
  asked.get('b again')!.fail(new Error('no network'))
  await expect.poll(() => page.textContent).toBe('of b, no network')
  late.answer('of b, but older')
  await act(async () => {})
  expect(page.textContent).toBe('of b, no network')
})

import {act} from 'preact/test-utils'
import {afterEach, beforeEach, expect, it, vi} from 'vitest'

import type {Frame} from '../../../src/app/make-app'
import {ApiError} from '../../../src/lib/api'
import type {Hits} from '../../../src/lib/types'
import {Marked, SearchResults} from '../../../src/screens/sessions/search-results'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('marks characters as Janus counts them, and shows them as text', () => {
  const page = draw(<p><Marked text="😀 a <b>house</b> & a Haus" marks={[[7, 12], [21, 25]]} /></p>)

  expect([...page.querySelectorAll('mark')].map(({textContent}) => textContent)).toEqual(['house', 'Haus'])
  expect(page.textContent).toBe('😀 a <b>house</b> & a Haus')
})

it('searches once the typing pauses, opens a hit at its message, and says why nothing comes', async () => {
  const {app, spies} = fakeApp()
  const hit = {session_id: 's', title: 'Tests', role: 'assistant', message_id: 't:answer', timestamp: '2026-01-01T00:00:00.000Z', snippet: 'the cart', marks: [[4, 8]]}
  const title = {...hit, role: 'title', message_id: null, session_id: 'open'}
  const search = vi.fn(async (_: string) => ({hits: [title, hit], pending: 2}) as unknown as Hits)
  Object.assign(app.api, {search})
  const frame = {app} as unknown as Frame
  let page!: HTMLElement
  void act(() => void (page = draw(<SearchResults frame={frame} search="cart" shown={['open']} />)))
  expect(search).not.toHaveBeenCalled()

  await act(async () => void (await vi.advanceTimersByTimeAsync(300)))

  const links = [...page.querySelectorAll('a')]
  // The other one is in the list of open sessions above.
  expect(links.map(({textContent}) => textContent)).toEqual([expect.stringMatching(/^Tests.*the cart$/)])
  links[0]!.click()
  expect(spies.go).toHaveBeenCalledWith('/s/s?m=t%3Aanswer')
  expect(page.textContent).toContain('2 conversations are still being read')

  search.mockResolvedValueOnce({hits: [], pending: 0} as unknown as Hits)
  const show = (words: string) => act(() => void draw(<SearchResults frame={frame} search={words} shown={[]} />, page))
  void show('carp')
  await act(async () => void (await vi.advanceTimersByTimeAsync(300)))
  expect(page.querySelector('output')!.textContent).toBe('Nothing was found.')
  void show('cart')
  expect(page.querySelector('output')!.textContent).toBe('Searching…')
  await act(async () => void (await vi.advanceTimersByTimeAsync(300)))

  search.mockRejectedValueOnce(new ApiError(503, 'SEARCH_UNAVAILABLE', 'The index is being made.'))
  void act(() => void (page = draw(<SearchResults frame={frame} search="other" shown={[]} />)))
  await act(async () => void (await vi.advanceTimersByTimeAsync(300)))
  expect(page.querySelector('[role=alert]')?.textContent).toContain('The index is being made.')
})

import {beforeEach, expect, test} from 'vitest'

import {loadPreferences, showPreferences} from '../../src/app/preferences'
import {ago} from '../../src/app/time'

beforeEach(() => localStorage.clear())

test('a choice is kept as soon as it is made', () => {
  const preferences = loadPreferences()
  expect(preferences.theme.value).toBe('auto')

  preferences.theme.value = 'dark'
  preferences.rate.value = 1.5

  expect(loadPreferences().theme.value).toBe('dark')
  expect(loadPreferences().rate.value).toBe(1.5)
})

test('a choice that there is no more is forgotten', () => {
  localStorage.setItem('janus.like.theme', '"sepia"')
  localStorage.setItem('janus.like.rate', '"fast"')
  localStorage.setItem('janus.like.sounds', '{broken')

  const {theme, rate, sounds} = loadPreferences()

  expect([theme.value, rate.value, sounds.value]).toEqual(['auto', 1.1, true])
})

test('the page looks as it is preferred', () => {
  const preferences = loadPreferences()
  showPreferences(preferences)
  preferences.theme.value = 'dark'
  preferences.textSize.value = 'larger'
  preferences.hand.value = 'left'

  expect({...document.documentElement.dataset}).toEqual({theme: 'dark', text: 'larger', hand: 'left'})
})

test.each([
  [0, 'now'],
  [-5_000, 'now'],
  [59_000, 'now'],
  [61_000, '1 minute ago'],
  [2 * 3_600_000, '2 hours ago'],
  [24 * 3_600_000, 'yesterday'],
  [30 * 24 * 3_600_000, 'Dec 2'],
])('%d milliseconds ago', (past, words) => {
  const now = Date.parse('2026-01-01T12:00:00Z')

  expect(ago(new Date(now - past).toISOString(), now, 'long')).toBe(words)
})

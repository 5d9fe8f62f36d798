import {expect, test} from 'vitest'

import {Newest} from '../../src/lib/newest'

test('an answer counts until one has come that was asked for later', () => {
  const newest = new Newest()
  const [first, second, third] = [newest.ask(), newest.ask(), newest.ask()]
  expect(second()).toBe(true)
  expect(first()).toBe(false)
  expect(third()).toBe(true)
  expect(second()).toBe(false)
})

test('nothing counts that was asked for before all was dropped, or before something else was asked for', () => {
  const newest = new Newest()
  const first = newest.ask()
  newest.drop()
  expect(first()).toBe(false)
  const second = newest.ask()
  const other = newest.askAnew()
  expect(second()).toBe(false)
  expect(other()).toBe(true)
})

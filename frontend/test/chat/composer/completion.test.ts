import {expect, test} from 'vitest'

import {commandsFor, completed, wantedAt} from '../../../src/chat/composer/completion'

test.each([
  ['@', 1, {kind: 'path', query: '', from: 0}],
  ['see @src/a', 10, {kind: 'path', query: 'src/a', from: 4}],
  ['see\n@a b', 6, {kind: 'path', query: 'a', from: 4}],
  ['/', 1, {kind: 'command', query: '', from: 0}],
  ['/rev', 4, {kind: 'command', query: 'rev', from: 0}],
  ['me@host', 7, undefined],
  ['see /rev', 8, undefined],
  ['/usr/bin', 8, undefined],
  ['@a b', 4, undefined],
])('%j with the caret at %d', (text, caret, wanted) => {
  expect(wantedAt(text, caret)).toEqual(wanted)
})

test('the whole word is replaced, and the caret stands behind it', () => {
  const wanted = {kind: 'path', query: 'ca', from: 4} as const
  expect(completed('see @cart now', 7, wanted, 'src/cart.py')).toEqual({text: 'see @src/cart.py now', caret: 17})
  expect(completed('/re', 3, {kind: 'command', query: 're', from: 0}, 'review')).toEqual({text: '/review ', caret: 8})
})

test('commands that begin so come first', () => {
  const names = commandsFor(['pre-review', 'Review', 'test'].map(name => ({name})), 're').map(({name}) => name)
  expect(names).toEqual(['Review', 'pre-review'])
})

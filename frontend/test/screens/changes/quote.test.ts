import {expect, test} from 'vitest'

import type {Line} from '../../../src/lib/types'
import {partsOf} from '../../../src/screens/changes/hunk'
import {pageOf} from '../../../src/screens/changes/pages'
import {fenced, fencedDiff, grown, piecesOf, quoteOf, rangeOf} from '../../../src/screens/changes/quote'

const LINES: Line[] = [
  {kind: 'context', old: 4, new: 4, text: 'a'},
  {kind: 'removed', old: 5, new: null, text: 'b'},
  {kind: 'removed', old: 6, new: null, text: 'c'},
  {kind: 'added', old: null, new: 5, text: 'd'},
  {kind: 'context', old: 7, new: 6, text: 'e'},
]

test('a comment is about what is there now, unless all of its lines are gone', () => {
  expect(quoteOf(LINES.slice(0, 4))).toEqual({side: 'new', start: 4, end: 5, quote: 'a\nd'})
  expect(quoteOf(LINES.slice(1, 3))).toEqual({side: 'old', start: 5, end: 6, quote: 'b\nc'})
  expect(rangeOf({lines: LINES})).toEqual([4, 6])
  expect(rangeOf({lines: LINES.slice(1, 3)})).toEqual([5, 6])
})

test('a range grows by lines of its own side', () => {
  expect(grown(LINES, {from: 3, to: 3}, -1)).toEqual({from: 0, to: 3})
  expect(grown(LINES, {from: 3, to: 3}, 1)).toEqual({from: 3, to: 4})
  expect(grown(LINES, {from: 1, to: 1}, 1)).toEqual({from: 1, to: 2})
  expect(grown(LINES, {from: 0, to: 0}, -1)).toBeUndefined()
})

test('marks count characters, not their halves', () => {
  expect(piecesOf({text: '😀ab😀c', marks: [[1, 2], [3, 4]]})).toEqual([
    {text: '😀', marked: false}, {text: 'a', marked: true}, {text: 'b', marked: false}, {text: '😀', marked: true}, {text: 'c', marked: false},
  ])
  expect(piecesOf({text: 'abc'})).toEqual([{text: 'abc', marked: false}])
})

test('nothing in the code closes its fence', () => {
  expect(fenced('```\nx\n````')).toBe('`````\n```\nx\n````\n`````')
  expect(fencedDiff({header: '', old_start: 4, new_start: 4, lines: LINES})).toBe('```diff\n a\n-b\n-c\n+d\n e\n```')
})

test('a comment stands below the line it ends on, on its own side', () => {
  const comment = {comment_id: 'c', path: 'p', side: 'old' as const, start: 5, end: 6, blob: '', quote: '', text: 't'}
  expect(partsOf({lines: LINES}, [comment]).map(({from, lines, below}) => [from, lines.length, below.length])).toEqual([[0, 3, 1], [3, 2, 0]])
  expect(partsOf({lines: LINES}, [{...comment, side: 'new', start: 6, end: 6}])).toHaveLength(1)
})

test.each([
  [-80, 10, false, 1],
  [80, -10, false, -1],
  [-80, 10, true, -1],
  [-80, 60, false, undefined],
  [-40, 0, false, undefined],
])('a finger that moves %d and %d, mirrored %s, turns %s', (x, y, mirrored, by) => {
  expect(pageOf({x, y}, mirrored)).toBe(by)
})

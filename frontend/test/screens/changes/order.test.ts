import {expect, test} from 'vitest'

import {factsOf, groupsOf, riskOf} from '../../../src/screens/changes/order'
import {changed} from './changed'

test('what is easily regretted comes first, what nobody reads is folded, what is the owner’s is apart', () => {
  const files = [
    changed('a.py'),
    changed('big.py', {added: 900}),
    changed('package-lock.json', {added: 5000}),
    changed('config/.env.local'),
    changed('gone.py', {status: 'deleted', kind: ''}),
    changed('link', {status: 'added', kind: 'link', old_kind: ''}),
    changed('mine.py', {by: 'you'}),
    changed('.github/workflows/ci.yml'),
    changed('old.lock', {status: 'deleted', kind: ''}),
    changed('b.py', {by: 'both'}),
  ]

  expect(groupsOf(files).map(({kind, files}) => [kind, files.map(file => file.path)])).toEqual([
    ['risky', ['gone.py', 'old.lock', 'config/.env.local', 'link', '.github/workflows/ci.yml', 'big.py']],
    ['plain', ['a.py', 'b.py']],
    ['folded', ['package-lock.json']],
    ['yours', ['mine.py']],
  ])
})

test.each([
  [changed('a', {status: 'added', old_kind: '', size: 0}), ['New', 'Empty']],
  [changed('a', {old_path: 'b', status: 'renamed'}), ['Renamed from b']],
  [changed('a', {kind: 'executable'}), ['Can be run now']],
  [changed('a', {old_kind: 'executable'}), ['Cannot be run any more']],
  [changed('a', {status: 'type', kind: 'link'}), ['A link now']],
  [changed('a', {status: 'type', old_kind: 'link'}), ['A file now, no link any more']],
  [changed('lib', {kind: 'repository', old_kind: 'repository', binary: true, added: null}), ['Another repository']],
  [changed('a.png', {binary: true, added: null, old_size: 900, size: 1500}), ['Binary, 900 B → 1.5 kB']],
  [changed('a.sql', {large: true, added: null, old_size: 2_000_000, size: 3_000_000}), ['Large, 2 MB → 3 MB: lines are not compared']],
  [changed('a', {by: 'both'}), ['You changed it too']],
])('%# what is unusual in a change is said in words', (file, facts) => {
  expect(factsOf(file)).toEqual(facts)
})

test('a small change of an ordinary file has nothing to be said of', () => {
  expect(riskOf(changed('environment.py'))).toBeUndefined()
  expect(factsOf(changed('keys.py'))).toEqual([])
})

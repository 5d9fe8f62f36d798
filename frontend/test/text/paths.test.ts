import {expect, test} from 'vitest'

import {filePlace} from '../../src/text/paths'

test.each([
  ['src/app.py', {path: 'src/app.py'}],
  ['app.py:21', {path: 'app.py', line: 21}],
  ['./src/app.py:21:5', {path: 'src/app.py', line: 21}],
  ['src/app.ts#L12-L20', {path: 'src/app.ts', line: 12}],
  ['src/app.ts:12-20', {path: 'src/app.ts', line: 12}],
  ['/home/me/shop/src/app.py', {path: 'src/app.py'}],
  ['docs/a.adoc', {path: 'docs/a.adoc'}],
  ['.env', {path: '.env'}],
  ['.github/workflows/ci.yml', {path: '.github/workflows/ci.yml'}],
  ['Makefile', {path: 'Makefile'}],
  ['src/größe.md', {path: 'src/größe.md'}],
])('%s is a file', (text, place) => {
  expect(filePlace(text, ['/home/me/shop'])).toEqual(place)
})

test.each([
  'and/or', 'origin/main', 'Array.map', 'e.g.', '1.2.3', 'foo.bar()', 'npm test', 'https://example.com/a.py', '/etc/passwd', '../secret.py',
  'a/../../b.py', '~/a.py', 'user@host.py', '', '/', 'src/', '*.py', 'x'.repeat(400) + '.py', 'a.py:b.py', 'price/2.50',
])('%s is none that could be opened', text => {
  expect(filePlace(text)).toBeUndefined()
})

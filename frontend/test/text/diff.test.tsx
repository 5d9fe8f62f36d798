import {expect, test} from 'vitest'
import {Diff} from '../../src/text/diff'
import {parseDiff} from '../../src/text/diff-parse'
import {draw} from '../drawn'

const TEXT = `diff --git a/src/cart.ts b/src/cart.ts
index 1..2 100644
--- a/src/cart.ts
+++ b/src/cart.ts
@@ -41,4 +41,5 @@ applyCoupon
 const off = rate(code)
-total = total - off - off
+total = total - off
+used.add(code)
 return <b>total</b>
\\ No newline at end of file
@@ -1 +0,0 @@
--- not a header
diff --git a/old name.md b/new.md
similarity index 100%
rename from old name.md
rename to new.md
diff --git a/pic.png b/pic.png
new file mode 100644
Binary files /dev/null and b/pic.png differ
diff --git "a/\\303\\244.txt" "b/\\303\\244.txt"
new file mode 100644
--- /dev/null
+++ "b/\\303\\244.txt"
@@ -0,0 +1 @@
+++ x
`

test('files, hunks and numbers are found', () => {
  const files = parseDiff(TEXT)
  expect(files.map(({path, from, added, removed}) => [path, from, added, removed])).toEqual([
    ['src/cart.ts', null, 2, 2], ['new.md', 'old name.md', 0, 0], ['pic.png', null, 0, 0], ['ä.txt', null, 1, 0],
  ])
  expect(files[0]!.hunks[0]).toEqual({
    range: '@@ -41,4 +41,5 @@',
    context: 'applyCoupon',
    lines: [
      {kind: 'same', text: 'const off = rate(code)', old: 41, new: 41},
      {kind: 'del', text: 'total = total - off - off', old: 42},
      {kind: 'add', text: 'total = total - off', new: 42},
      {kind: 'add', text: 'used.add(code)', new: 43},
      {kind: 'same', text: 'return <b>total</b>', old: 43, new: 44},
      {kind: 'note', text: 'No newline at end of file'},
    ],
  })
  expect(files[0]!.hunks[1]!.lines).toEqual([{kind: 'del', text: '-- not a header', old: 1}])
  expect(files[3]!.hunks[0]!.lines).toEqual([{kind: 'add', text: '++ x', new: 1}])
})

test('a diff without git, and text that is none', () => {
  const plain = parseDiff('--- a.txt\t2026-11-20\n+++ b.txt\t2026-11-21\n@@ -1 +1 @@\n-a\n+b\n--- c\n+++ c\n@@ -1 +1 @@\n-a\n+b')
  expect(plain.map(({path, from}) => [path, from])).toEqual([['b.txt', 'a.txt'], ['c', null]])
  expect(parseDiff('')).toEqual([])
  expect(parseDiff('hello\nworld')).toEqual([])
})

test('a change is known by its sign, not only its colour', () => {
  const page = draw(<Diff text={TEXT} />)
  const lines = [...page.querySelectorAll('.diff-line')].map((line) => [...line.children].map((part) => part.textContent))
  expect(lines.slice(0, 4)).toEqual([
    ['41', ' ', 'const off = rate(code)'], ['42', '−', 'total = total - off - off'], ['42', '+', 'total = total - off'], ['43', '+', 'used.add(code)'],
  ])
  expect(page.querySelector('b')).toBeNull()
  expect(page.querySelector('section')!.getAttribute('aria-label')).toBe('src/cart.ts: 2 added, 2 removed')
  expect(page.querySelector('h3')!.textContent).toBe('src/cart.ts +2 −2')
})

test('lines wrap when asked, and of a long file the rest waits for a tap', async () => {
  const long = `--- a\n+++ a\n@@ -0,0 +1,1000 @@\n${'+x\n'.repeat(1000)}`
  const page = draw(<Diff wrap text={long} />)
  expect(page.querySelector('.diff-wrap')).not.toBeNull()
  expect(page.querySelectorAll('.diff-line')).toHaveLength(400)
  page.querySelector('button')!.click()
  await expect.poll(() => page.querySelectorAll('.diff-line').length).toBe(1000)
  expect(page.querySelector('button')).toBeNull()
})

test('no changes are told', () => {
  expect(draw(<Diff text="" />).textContent).toBe('No changes.')
})

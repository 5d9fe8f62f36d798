import {expect, test} from 'vitest'
import {sentences, utterances} from '../../src/text/sentences'
import {SentenceCutter, speakable} from '../../src/text/speakable'
import {sayCode, sayNames} from '../../src/text/spoken-words'

test.each([
  ['src/lib/chat-manager.ts', 'chat manager dot t s in source lib'],
  ['janus/sessions.py:42', 'sessions dot p y in janus, line 42'],
  ['./README.md', 'README dot m d'],
  ['~/notes/todo.txt', 'todo dot t x t in home notes'],
  ['/etc/hosts', 'hosts in etc'],
  ['../package.json', 'package dot json in the parent folder'],
  ['.env', 'dot env'],
  ['npm test', 'npm test'],
  ['useLastSeen()', 'use last seen'],
  ['HTTPServer', 'HTTP server'],
  ['last_seen', 'last seen'],
  ['a === b', 'a equals b'],
  ['x != null && y', 'x is not null and y'],
  ['git push --force-with-lease', 'git push dash force with lease'],
  ['cat a.txt | wc -l', 'cat a dot t x t pipe wc dash l'],
  ['3.11', '3.11'],
  ['v1.2.3', 'v1.2.3'],
  ['$HOME', 'dollar HOME'],
  ['{}', 'empty braces'],
])('`%s` is said "%s"', (code, said) => expect(sayCode(code)).toBe(said))

test.each([
  ['See https://docs.python.org/3/library/re.html?x=1#y.', 'See docs.python.org.'],
  ['(http://user:secret@www.example.com:8080/a)', '(example.com, port 8080)'],
  ['Open www.example.com/a now', 'Open example.com now'],
  ['I changed src/app.ts, and README.md.', 'I changed app dot t s in source, and README dot m d.'],
  ['Node.js and/or Python 3.11, v1.2.3 on 2026/11/20', 'Node dot j s and/or Python 3.11, v1.2.3 on 2026/11/20'],
])('%s', (text, said) => expect(sayNames(text)).toBe(said))

test.each([
  ['One. Two! Three? Four', ['One.', 'Two!', 'Three?', 'Four']],
  ['Use a tool, e.g. ruff, i.e. a linter. Done.', ['Use a tool, e.g. ruff, i.e. a linter.', 'Done.']],
  ['Python 3.11 and v1.2.3 work. So does 2.', ['Python 3.11 and v1.2.3 work.', 'So does 2.']],
  ['Dr. J. Smith vs. Mr. X. The end.', ['Dr. J. Smith vs. Mr. X. The end.']],
  ['See no. 5. The answer is no. Then stop.', ['See no. 5.', 'The answer is no.', 'Then stop.']],
  ['So do I. Good.', ['So do I.', 'Good.']],
  ['Files etc. are kept. Logs etc. Then more.', ['Files etc. are kept.', 'Logs etc.', 'Then more.']],
  ['He said "stop." Then (he left.) Fine.', ['He said "stop."', 'Then (he left.)', 'Fine.']],
  ['Wait… what? Yes.', ['Wait…', 'what?', 'Yes.']],
  ['完了しました。次は何ですか？はい！', ['完了しました。', '次は何ですか？', 'はい！']],
  ['他说“好。”然后走了。', ['他说“好。”', '然后走了。']],
  ['كيف حالك؟ بخير.', ['كيف حالك؟', 'بخير.']],
  ['काम हो गया। अब?', ['काम हो गया।', 'अब?']],
  ['1. Install it. 2 of 3.', ['1. Install it.', '2 of 3.']],
])('%s is cut where sentences end', (text, parts) => expect(sentences(text)).toEqual(parts))

test('long sentences are cut where one would breathe', () => {
  const clause = 'the first part of a very long sentence goes on and on for quite a while without any end'
  const parts = utterances(`${clause}, ${clause}; ${clause}, ${clause}.`)
  expect(parts).toEqual([`${clause}, ${clause};`, `${clause}, ${clause}.`])

  for (const text of ['x'.repeat(999), '😀'.repeat(301), '很长，'.repeat(200), `${'word '.repeat(200)}.`]) {
    const pieces = utterances(text)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(200)
    expect(pieces.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    expect(() => pieces.map(encodeURIComponent)).not.toThrow() // no half characters
  }
})

const ANSWER = `# What I did 🎉

I fixed **the bug** in \`src/lib/chat-manager.ts\` ✅. See [the docs](https://docs.example.com/a) or https://example.com/b?c=d.

\`\`\`ts
${'let a = 1\n'.repeat(12)}\`\`\`

- First thing
- Second thing. It has _two_ sentences
  - and a child

3. Three
4. Four

- [x] tests
- [ ] docs

| Name | Size |
|------|------|
| a    | 1    |
| b    | 2    |

> Quoted &amp; true → good

![A cat](cat.png) <b>bold</b><!-- hidden -->

---

Last line without an end`

const SAID = [
  'What I did.', 'I fixed the bug in chat manager dot t s in source lib.', 'See the docs or example.com.',
  'A code block of 12 lines in TypeScript.', 'First thing.', 'Second thing.', 'It has two sentences.', 'and a child.',
  '3. Three.', '4. Four.', 'Done: tests.', 'To do: docs.', 'A table with 2 rows: Name, Size.', 'a: 1.', 'b: 2.', 'Quoted and true to good.',
  'An image: A cat bold.', 'Last line without an end.',
]

test('an answer is said as a person would', () => {
  expect(speakable(ANSWER)).toEqual(SAID)
})

test.each([1, 2, 3, 7, 50, 1000])('the same is said when it arrives %i characters at a time', (size) => {
  const cutter = new SentenceCutter()
  const said: string[] = []
  for (let at = 0; at < ANSWER.length; at += size) said.push(...cutter.push(ANSWER.slice(at, at + size)))
  said.push(...cutter.flush())
  expect(said).toEqual(SAID)
})

test('a sentence is said as soon as the next one begins', () => {
  const cutter = new SentenceCutter()
  expect(cutter.push('Working on it. ')).toEqual([])
  expect(cutter.push('N')).toEqual(['Working on it.'])
  expect(cutter.push('ow `a. B')).toEqual([])
  expect(cutter.push('` is done. Next')).toEqual(['Now a. B is done.'])
  expect(cutter.flush()).toEqual(['Next.'])
  expect(cutter.flush()).toEqual([])
})

test('nothing to say is nothing', () => {
  for (const text of ['', '\n\n', '🎉', '---', '``', '[a]: https://a.example', '<!-- x -->']) expect(speakable(text)).toEqual([])
})

test('a long list is said in full, and only once', () => {
  const list = Array.from({length: 800}, (_, index) => `- Item number ${index}`)
  const cutter = new SentenceCutter()
  const said = (list.join('\n') + '\n').match(/.{1,97}/gs)!.flatMap((piece) => cutter.push(piece))
  said.push(...cutter.flush())
  expect(said).toEqual(list.map((item) => `${item.slice(2)}.`))
})

test('another language brings its own phrases', () => {
  const german = {code: (lines: number) => `${lines} Zeilen Code.`, table: () => 'Eine Tabelle.', row: () => '', image: () => 'Ein Bild', task: () => '', someCode: 'Code'}
  expect(speakable('Siehe z.B. Dr. Huber.\n\n```\na\nb\n```', german)).toEqual(['Siehe z.B. Dr. Huber.', '2 Zeilen Code.'])
})

test('of a long answer only its beginning is worked out, if that is asked for', () => {
  const long = Array.from({length: 2000}, (_, n) => `Step ${n} is **done**.\n\n`).join('')
  const said = speakable(long, undefined, 600)
  expect(said).toEqual(speakable(long).slice(0, said.length))
  expect(said.join('').length).toBeGreaterThan(600)
  expect(said.length).toBeLessThan(100)
  expect(speakable('All of it. Both.', undefined, 600)).toEqual(['All of it.', 'Both.'])
})

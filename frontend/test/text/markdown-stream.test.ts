import {Lexer, type Token} from 'marked'
import {proseLexer} from '../../src/text/emphasis'
import {expect, test, vi} from 'vitest'
import {MarkdownStream} from '../../src/text/markdown-stream'

const PIECES = [
  'Some words', ' and **bold** `code` ', '\n', '\n\n', '# ', '## Head\n', '- item\n', '- ', '  more\n', '  - deep\n', '1. one\n',
  '2. two\n\n', '    indented\n', '```ts\n', '```\n', '~~~\n', 'let a = 1\n', '> quote\n', '> ', '| a | b |\n', '|---|---|\n',
  '---\n', '===\n', '***', '<div>\n', '</div>\n', '<!-- ', '-->', '[a]: https://x.example\n', '[a]', '* [x] done\n', '\t', '# x\n',
  'word.\n\nword', '\r\n', '1.', '#', '`', '+ x\n', '\\', '&amp;',
]

/** Random but the same every time. */
function dice(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32
    return Math.floor((seed / 2 ** 32) * below)
  }
}

const meaning = (tokens: Token[]) => JSON.stringify(tokens.filter(({type}) => type !== 'space'), (key, value) => (key === 'raw' ? undefined : value))

function blocks(stream: MarkdownStream): Token[] {
  return [...stream.groups.flat(), ...stream.open]
}

test('cut anywhere, text means what it means in one piece', () => {
  for (let seed = 0; seed < 1000; seed++) {
    const roll = dice(seed)
    const text = Array.from({length: 3 + roll(25)}, () => PIECES[roll(PIECES.length)]).join('')
    // Definitions reach back only when all is there; and a last line without its end may still change.
    const whole = text.replaceAll('[a]', 'a').replace(/\r?$/, '\n\nend\n')
    const stream = new MarkdownStream()
    for (let at = 0; at < whole.length; ) {
      const size = 1 + roll(9)
      stream.push(whole.slice(at, at + size))
      at += size
    }
    expect(meaning(blocks(stream)), JSON.stringify(whole)).toBe(meaning(proseLexer().lex(whole)))

    stream.finish()
    expect(meaning(blocks(stream)), JSON.stringify(whole)).toBe(meaning(proseLexer().lex(whole)))
  }
})

test.each(['one paragraph. ', '- an item of a list\n', '| a | b |\n', '```\nnever closed\n\n', '> quote\n', '<!-- x\n\n'])(
  'work stays linear for %j without end', (unit) => {
    const lexed = (length: number) => {
      const spy = vi.spyOn(Lexer.prototype, 'lex')
      const text = unit.startsWith('```') ? unit + 'line\n\n'.repeat(length) : unit.repeat(length)
      const stream = new MarkdownStream()
      for (let at = 0; at < length; at += 100) stream.push(text.slice(at, Math.min(length, at + 100)))
      const sum = spy.mock.calls.reduce((total, [source]) => total + source.length, 0)
      spy.mockRestore()
      return sum
    }
    expect(lexed(60_000) / 60_000).toBeLessThan(40)
  })

test('what follows a large block does not wait', () => {
  const stream = new MarkdownStream()
  stream.push('```ts\n' + 'let a = 1\n'.repeat(2000))
  stream.push('```\n')
  stream.push('\n**after**\n')
  expect(stream.open.at(-1)!.type).toBe('paragraph')

  stream.set('- item\n'.repeat(2000))
  stream.push('\nafter\n')
  expect(stream.open.at(-1)!.type).toBe('paragraph')
})

test('a text that is not continued begins again', () => {
  const stream = new MarkdownStream()
  stream.set('# a\n\nb\n\nc')
  stream.set('# x')
  expect(blocks(stream).map((token) => token.raw)).toEqual(['# x'])

  stream.set('# x\n\ny', true)
  stream.set('# x\n\ny', true)
  expect(blocks(stream)).toHaveLength(2)
})

test('a line break may be cut in two', () => {
  const stream = new MarkdownStream()
  for (const character of 'a\r\n\r\nb\r') stream.push(character)
  stream.finish()
  expect(stream.text).toBe('a\n\nb\n')
})

import {expect, test} from 'vitest'
import {ansiSpans, stripAnsi, TerminalText} from '../../src/text/ansi'
import {draw} from '../drawn'

test.each([
  ['\u001b[31mred\u001b[0m plain', [['red', 'ansi-red'], [' plain', '']]],
  ['\u001b[1;4;92mok\u001b[22m!\u001b[39;24m.', [['ok', 'ansi-bold ansi-underline ansi-green'], ['!', 'ansi-underline ansi-green'], ['.', '']]],
  ['\u001b[38;5;196;48;2;0;0;200mx', [['x', 'ansi-red ansi-bg-blue']]],
  ['\u001b[38;5;244mx\u001b[38;5;3my', [['x', 'ansi-white'], ['y', 'ansi-yellow']]],
  ['\u001b[mx\u001b[999my\u001b[1mz\u001b[m', [['xy', ''], ['z', 'ansi-bold']]],
  ['\u009b33mx', [['x', 'ansi-yellow']]],
])('%j is coloured', (text, spans) => {
  expect(ansiSpans(text).map((span) => [span.text, span.classes])).toEqual(spans)
})

test.each([
  ['a\u001b[2J\u001b[10;5Hb\u001b[?25lc', 'abc'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;https://x.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001b(Ba\u001b=b\u001b7c\u0007\b', 'abc'],
  ['cut \u001b[3', 'cut '],
  ['cut \u001b', 'cut '],
  ['cut \u001b]0;tit', 'cut '],
  ['10%\r50%\r100%\r\nnext\tx\r\n', '100%\nnext\tx\n'],
  ['\u001b[32m10%\r20%\u001b[0m', '20%'],
])('of %j only text stays', (text, plain) => expect(stripAnsi(text)).toBe(plain))

test('what is printed is text, whatever it is', () => {
  const page = draw(<pre><TerminalText text={'\u001b[31m<img src=x onerror=alert(1)>\u001b[0m'} /></pre>)
  expect(page.querySelector('pre')!.innerHTML).toBe('<span class="ansi-red">&lt;img src=x onerror=alert(1)&gt;</span>')
})

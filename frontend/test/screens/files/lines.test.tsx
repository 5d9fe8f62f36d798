import {expect, test} from 'vitest'

import {linesOf} from '../../../src/screens/files/lines'
import {parseSpans} from '../../../src/text/highlight'
import {draw} from '../../drawn'

test('what is coloured over several lines is coloured in each, and no line is lost', () => {
  const code = 'a\n"""b\n\nc""" d\n'
  const html = 'a\n<span class="hljs-string">&quot;&quot;&quot;b\n\nc&quot;&quot;&quot;</span> d\n'
  const lines = linesOf(parseSpans(html, code)!)

  const page = draw(<>{lines.map((line, index) => <p key={index}>{line}</p>)}</>)

  expect([...page.querySelectorAll('p')].map(line => line.textContent)).toEqual(code.split('\n'))
  expect([...page.querySelectorAll('p')].map(line => line.querySelector('.hljs-string')?.textContent ?? '')).toEqual(['', '"""b', '', 'c"""', ''])
})

import {expect, test} from 'vitest'
import {Fenced, fencedParts} from '../../src/text/fenced'
import {draw} from '../drawn'

test.each([
  ['nothing *fenced* `here`\n\n  as typed ', ['nothing *fenced* `here`\n\n  as typed ']],
  ['1. `a.py`, line 2:\n\n```\na = 1\n\nb\n```\n\nWhy?\n', ['1. `a.py`, line 2:', {code: 'a = 1\n\nb', lang: ''}, 'Why?']],
  ['````md\n```\nx\n```\n````', [{code: '```\nx\n```', lang: 'md'}]],
  ['~~~ py\r\n```\r\n~~~~\r\n  then', [{code: '```', lang: 'py'}, '  then']],
  ['```\n```', [{code: '', lang: ''}]],
  ['```a\n```b\n```', [{code: '```b', lang: 'a'}]],
  ['```js` no\nfence', ['```js` no\nfence']],
  ['never\n```\nclosed', ['never\n```\nclosed']],
  ['```\na\n```\n```\nopen', [{code: 'a', lang: ''}, '```\nopen']],
])('the parts of %j', (text, parts) => {
  expect(fencedParts(text)).toEqual(parts)
})

test('code is text and no markup, and so is what is around it', () => {
  const page = draw(<Fenced text={'<i>a</i>\n```"><script>\n<img src=x onerror=alert(1)>\n```\n**b**'} />)
  expect(page.querySelector('pre')!.textContent).toBe('<img src=x onerror=alert(1)>')
  expect([...page.querySelectorAll('p')].map(it => it.textContent)).toEqual(['<i>a</i>', '**b**'])
  expect(page.querySelector('script, img, i')).toBeNull()
})

import {options} from 'preact'
import {expect, test, vi} from 'vitest'
import {Markdown} from '../../src/text/markdown'
import {draw} from '../drawn'

const md = (text: string) => draw(<Markdown text={text} />)

/** What `<pre>` shows, as HTML without the block around it. */
const html = (text: string) => md(text).firstElementChild!.innerHTML

test('headings leave h1 and h2 to the page', () => {
  expect(html('# a\n## b\n### c\n#### d\n##### e\n###### f').match(/<h\d/g)).toEqual(
    ['<h3', '<h4', '<h5', '<h6', '<h6', '<h6'])
})

test('inline marks become elements', () => {
  expect(html('**a _b_** ~~c~~ `d <b>`  \ne')).toBe(
    '<div class="md-part"><p dir="auto"><strong>a <em>b</em></strong> <del>c</del> ' +
    '<code dir="ltr" translate="no">d &lt;b&gt;</code><br>e</p></div>')
})

test.each([
  ['a &amp; b &lt;i&gt; &copy; &#8230; &#x1F600;', 'a & b <i> © … 😀'],
  ['&amp;lt; stays one step', '&lt; stays one step'],
  ['&unknown; &#0; &#xD800;', '&unknown; \ufffd \ufffd'],
  ['`&amp;`', '&amp;'],
  ['\\&amp;', '&amp;'],
  ['AT&T', 'AT&T'],
])('character references of %s are read once', (text, shown) => {
  expect(md(text).textContent).toBe(shown)
})

test('lists nest, count from their number and show each checkbox once', () => {
  const list = md('3. a\n   - b\n     - c\n4. d\n\n- [ ] open\n- [x] **done**\n\n  more')
  expect(list.querySelector('ol')!.start).toBe(3)
  expect(list.querySelectorAll('ol > li > ul > li > ul > li')).toHaveLength(1)

  const boxes = [...list.querySelectorAll('input')]
  expect(boxes.map((box) => [box.checked, box.disabled, box.getAttribute('aria-label')])).toEqual(
    [[false, true, 'To do'], [true, true, 'Done']])
  expect(list.textContent).not.toContain('[')
})

test('a quote holds blocks, and a rule is a rule', () => {
  const page = md('> # a\n>\n> - b\n\n---')
  expect(page.querySelector('blockquote > h3')!.textContent).toBe('a')
  expect(page.querySelector('blockquote > ul > li')!.textContent).toBe('b')
  expect(page.querySelector('hr')).not.toBeNull()
})

test('a table scrolls in a named region that takes focus', () => {
  const page = md('| a | **b** |\n|:--|--:|\n| `1` | 2 |')
  const region = page.querySelector('section') as HTMLElement
  expect([region.tabIndex, region.getAttribute('aria-label')]).toEqual([0, 'Table: a, b'])
  expect(region.querySelectorAll('th[scope=col]')).toHaveLength(2)
  expect(region.querySelector('td:last-child')!.getAttribute('data-align')).toBe('right')
})

test('prose finds its own direction, code always runs left to right', () => {
  const page = md('شلوم\n\n- x\n\n> q\n\n1. شلوم\n2. z\n\n> שלום\n\n| ש | x |\n|-|-|\n\n```\ncode\n```\n`span`')
  for (const block of page.querySelectorAll('p, li > span, th')) expect(block.getAttribute('dir')).toBe('auto')
  // What holds blocks with directions of their own has one that is not asked of the browser, which would not look into them.
  const directions = (what: string) => [...page.querySelectorAll(what)].map(block => block.getAttribute('dir'))
  expect(['ul', 'ol', 'li', 'blockquote', 'table'].map(directions)).toEqual([['ltr'], ['rtl'], ['ltr', 'rtl', 'ltr'], ['ltr', 'rtl'], ['rtl']])
  for (const code of page.querySelectorAll('pre, p > code')) expect(code.getAttribute('dir')).toBe('ltr')
})

test('good links open elsewhere and tell nobody where from', () => {
  const page = md('[a](https://a.example/?q=1&amp;r) <mailto:me@a.example> [c](#x) [d](/files) https://e.example/e_f_g')
  const links = [...page.querySelectorAll('a')]
  expect(links.map((link) => link.getAttribute('href'))).toEqual(
    ['https://a.example/?q=1&r', 'mailto:me@a.example', '#x', '/files', 'https://e.example/e_f_g'])
  expect(new Set(links.map((link) => `${link.rel} ${link.target}`))).toEqual(new Set(['noreferrer noopener _blank']))
})

test('an image is a link: nothing is fetched', () => {
  const page = md('![a *cat*](https://spy.example/?secret) ![](x.png)')
  expect(page.querySelector('img')).toBeNull()
  expect(page.querySelector('a')!.textContent).toBe('Image: a cat')
  expect(page.textContent).toContain('Image: no description x.png')
})

test('a link that goes nowhere still shows its address', () => {
  expect(md('See [the manager](src/lib/manager.ts:12).').textContent).toBe('See the manager src/lib/manager.ts:12.')
})

test('definitions give addresses and are not shown', () => {
  const page = md('[a] and [b][a]\n\n[a]: https://a.example "t"')
  expect(page.querySelectorAll('a[href="https://a.example"]')).toHaveLength(2)
  expect(page.textContent).toBe('a and b')
})

const ATTACKS = [
  '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '<svg/onload=alert(1)>', '<iframe src="javascript:alert(1)">',
  'a <b onclick="alert(1)">b</b>', '<a href="javascript:alert(1)">x</a>', '<style>*{display:none}</style>',
  '<!-- <img src=x onerror=alert(1)> -->', '<math><mtext><img src=x onerror=alert(1)>', '<base href="//evil.example">',
  '<form action="//evil.example"><input name=q></form>', '<details open ontoggle=alert(1)>', '<meta http-equiv=refresh>',
  '[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](javascript&#58;alert(1))', '[x](javascript&colon;alert(1))',
  '[x](&#106;avascript:alert(1))', '[x](&#x6A;&#x61;vascript:alert(1))', '[x](java&#9;script:alert(1))', '[x](<java\tscript:alert(1)>)',
  '[x](java&NewLine;script:alert(1))', '[x](&#1;javascript:alert(1))', '[x](\u00a0javascript:alert(1))', '[x](vbscript:msgbox)',
  '[x](data:text/html,<script>alert(1)</script>)', '[x](data:text/html;base64,PHNjcmlwdD4=)', '[x](//evil.example)',
  '[x](\\/\\/evil.example)', '[x](/\\evil.example)', '[x](/&#9;/evil.example)', '[x](/&#10;/evil.example)', '[x](\\\\evil.example)',
  '[x](file:///etc/passwd)', '[x](blob:https://a/b)', '[x](intent://x#Intent;end)', '[x](tel:123)', '[x](http:evil.example)',
  '![x](javascript:alert(1))', '![x](data:image/svg+xml,<svg onload=alert(1)>)', '![" onerror="alert(1)](x)',
  '<javascript:alert(1)>', '<data:text/html,x>', '[x]\n\n[x]: javascript:alert(1)', '[x][__proto__]\n\n[__proto__]: javascript:alert(1)',
  '[x](https://a.example "\\" onmouseover=\\"alert(1)")', '```" onclick="alert(1)\nx\n```', '```constructor\nx\n```',
  '| <img src=x onerror=alert(1)> |\n|-|\n| [x](javascript:alert(1)) |', '- [ ] <input onfocus=alert(1) autofocus>',
  '[<img src=x onerror=alert(1)>](https://a.example)', '# <b onclick=alert(1)>x', '> <object data="javascript:alert(1)">',
]
const MAY_BE = new Set(['main', 'svg', 'path', 'bdi', 'div', 'p', 'ul', 'ol', 'li', 'h3', 'a', 'code', 'pre', 'span', 'button', 'blockquote',
  'section', 'output', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'input', 'em', 'strong', 'del', 'br', 'hr'])

test.each(ATTACKS)('%s is inert', (attack) => {
  for (const page of [md(attack), draw(<Markdown streaming text={attack} />)]) {
    for (const element of page.querySelectorAll('*')) {
      expect(MAY_BE).toContain(element.localName)
      expect(element.getAttributeNames().filter((name) => /^on|^src|^style|^action|^formaction/.test(name))).toEqual([])
      if (element.localName === 'input') expect(element.getAttribute('type')).toBe('checkbox')
      const href = element.getAttribute('href')
      if (href !== null) expect(href).toMatch(/^https:\/\/a\.example/)
    }
  }
})

test('nesting without end is shown, not followed', () => {
  const page = md(`${'>'.repeat(3000)} deep\n\n${'*a **b '.repeat(300)}`)
  expect(page.textContent).toContain('deep')
  expect(page.querySelectorAll('blockquote').length).toBeLessThan(40)
})

test('elements of finished blocks stay the same while more arrives', () => {
  const blocks = Array.from({length: 40}, (_, index) => `Paragraph ${index} with *marks*.`)
  const root = draw(<Markdown streaming text="" />)
  const seen: Element[] = []
  let text = ''
  for (const block of blocks) {
    for (const piece of `${block}\n\n`.match(/.{1,7}/gs)!) draw(<Markdown streaming text={(text += piece)} />, root)
    seen.push(root.querySelector('.md-part:last-child')!.lastElementChild!)
  }
  draw(<Markdown text={text} />, root)
  expect([...root.querySelectorAll('.md-part > *')]).toEqual(seen)
})

test('an answer of 50 kB in steps of 100 is drawn in linear work', () => {
  const text = 'Words **and** `more` words, again.\n\n- item\n- item\n\n```ts\nlet a = 1\n```\n\n'.repeat(700).slice(0, 50_000)
  const before = options.diffed
  let count = 0
  let early = 0
  options.diffed = (vnode) => {
    count++
    before?.(vnode)
  }
  const root = draw(<Markdown streaming text="" />)
  for (let end = 100; end <= text.length; end += 100) {
    draw(<Markdown streaming text={text.slice(0, end)} />, root)
    if (end === 10_000) early = count
  }
  options.diffed = before
  expect(count / early).toBeLessThan(7)
})

test('a definition at the end reaches links at the beginning once the text is complete', () => {
  const root = draw(<Markdown streaming text={'[a]\n\nb\n\n'} />)
  draw(<Markdown streaming text={'[a]\n\nb\n\n[a]: https://a.example\n'} />, root)
  draw(<Markdown text={'[a]\n\nb\n\n[a]: https://a.example\n'} />, root)
  expect(root.querySelector('a')?.getAttribute('href')).toBe('https://a.example')
})

test('while it is written it is busy; then it is not', () => {
  const root = draw(<Markdown streaming text="a" />)
  expect(root.firstElementChild!.getAttribute('aria-busy')).toBe('true')
  draw(<Markdown text="a" />, root)
  expect(root.firstElementChild!.getAttribute('aria-busy')).toBe('false')
})

test('no sink that parses HTML is touched', () => {
  const spy = vi.spyOn(Element.prototype, 'innerHTML', 'set')
  md(ATTACKS.join('\n\n'))
  expect(spy).not.toHaveBeenCalled()
  spy.mockRestore()
})

test.each([
  '__init__.py', 'my_dir/__init__.py', 'snake_case_name', 'src/*/views and tests/*/x', '*/a and b/*', 'the __init__ method', 'a*b*c', '*.py and *.ts',
  '__name__ == "__main__"', 'src/**/x and tests/**/y',
])('%s is code, in which nothing is emphasised', text => {
  const page = draw(<Markdown text={text} />)
  expect(page.textContent).toBe(text)
  expect(page.querySelector('em, strong')).toBeNull()
})

test.each(['**bold**', '(*em*).', '**/api/chat** is', '**GET**/**POST**', '__two words__ x', '**粗体**字', '**src/*.py**'])('%s is emphasised', text => {
  expect(draw(<Markdown text={text} />).querySelector('em, strong')).not.toBeNull()
})

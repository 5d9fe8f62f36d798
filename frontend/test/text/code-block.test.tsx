import {act} from 'preact/test-utils'
import {afterEach, expect, test, vi} from 'vitest'
import {highlight, parseSpans} from '../../src/text/highlight'
import {fileName} from '../../src/text/languages'
import {Markdown} from '../../src/text/markdown'
import {draw} from '../drawn'

const CODE = 'Before\n\n```ts title="x"\nconst a = "<b>" // why\n```\n'

function clipboard(value: unknown) {
  Object.defineProperty(navigator, 'clipboard', {value, configurable: true})
}

afterEach(() => {
  clipboard(undefined)
  Object.assign(document, {execCommand: undefined})
})

test('a block tells its language and takes focus to be scrolled', () => {
  const page = draw(<Markdown streaming text={CODE} />)
  expect(page.querySelector('.code-lang')!.textContent).toBe('TypeScript')
  expect(page.querySelector('pre')!.getAttribute('aria-label')).toBe('TypeScript code')
  expect(page.querySelector('pre')!.tabIndex).toBe(0)
})

test('a copied block says so', async () => {
  const written: string[] = []
  clipboard({writeText: async (text: string) => void written.push(text)})
  const page = draw(<Markdown text={CODE} />)

  page.querySelector<HTMLButtonElement>('.copy')!.click()

  await vi.waitFor(() => expect(page.querySelector('output')!.textContent).toBe('Copied'))
  expect(page.querySelector<HTMLButtonElement>('.copy')!.textContent).toBe('Copied')
  expect(written).toEqual(['const a = "<b>" // why'])
})

test.each([[true, 'Copied'], [false, 'Could not copy']])('without a clipboard the old command is tried: %s', async (works, said) => {
  let selected = ''
  Object.assign(document, {
    execCommand() {
      selected = (document.activeElement as HTMLTextAreaElement).value
      return works
    },
  })
  const page = draw(<Markdown text={CODE} />)

  page.querySelector<HTMLButtonElement>('.copy')!.click()

  await vi.waitFor(() => expect(page.querySelector('output')!.textContent).toBe(said))
  expect(selected).toBe('const a = "<b>" // why')
  expect(document.querySelector('textarea')).toBeNull()
})

test('a finished block gets colours, and says the same as before', async () => {
  const page = draw(<Markdown text={CODE} />)
  await vi.waitFor(() => expect(page.querySelector('.hljs-keyword')?.textContent).toBe('const'), 5000)
  expect(page.querySelector('code')!.textContent).toBe('const a = "<b>" // why')
})

test('long code is laid out in parts, and says the same', () => {
  const code = 'const a = 1 // x\n'.repeat(2000).trimEnd()
  const page = draw(<Markdown streaming text={`\`\`\`ts\n${code}`} />)
  expect(page.querySelectorAll('.code-part').length).toBeGreaterThan(10)
  expect(page.querySelector('pre')!.textContent).toBe(code)
})

test('what has no grammar has no colours', async () => {
  expect(await highlight('x', 'brainfuck')).toBeNull()
  expect(await highlight('x', '')).toBeNull()
  expect(await highlight('x', 'constructor')).toBeNull()
})

test.each(['ts', 'py', 'sh', 'rust', 'html', 'toml', 'diff', 'c++', 'jsx', 'sql'])('nothing of %s gets lost in colours', async (lang) => {
  const code = `<a href='x'>&amp; "q" \`b\`</a>\n+ let x = 1; # y\n// z\n`
  const page = draw(<p>{await highlight(code, lang)}</p>)
  expect(page.textContent).toBe(code)
})

test.each(['<b>x</b>', '<span class="a">x', 'x</span>', '<span class="a" onclick="b">x</span>', 'x<', 'other'])(
  '%s is not what a highlighter says', (html) => expect(parseSpans(html, 'x')).toBeNull())

test.each([
  ['python src/shop/cart.py', 'src/shop/cart.py'], ['ts:src/a.ts', 'src/a.ts'], ['js title="cart.js"', 'cart.js'], ['src/x.rs', 'src/x.rs'],
  ['c++', ''], ['bash', ''], ['Makefile', ''], ['ts {1,3-5}', ''], ['', ''],
])('the file that %j names is %j', (info, file) => {
  expect(fileName(info)).toBe(file)
})

test('long code is folded, unless it was read while it came; it can be wrapped, and have the whole screen', async () => {
  const long = `\`\`\`sh deploy.sh\n${'echo\n'.repeat(40)}\`\`\`\n`
  const page = draw(<Markdown text={long} />)
  const block = () => page.querySelector<HTMLElement>('.code')!
  const press = async (name: string) => act(async () => page.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`)!.click())
  expect(block().querySelector('.code-file')!.textContent).toBe('deploy.sh')
  expect(block().dataset['folded']).toBe('true')
  expect(block().querySelector('pre')!.textContent).toContain('echo')

  await act(async () => page.querySelector<HTMLButtonElement>('.code-all')!.click())
  expect(block().dataset['folded']).toBe('false')
  await press('Wrap long lines')
  await press('Full screen')
  expect(page.querySelector('dialog')!.dataset['wrap']).toBe('true')
  await press('Close')
  expect(page.querySelector('dialog')).toBeNull()
})

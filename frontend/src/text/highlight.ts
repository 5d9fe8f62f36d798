/**
 * Code in colours. highlight.js answers with HTML, and no HTML is ever parsed on this page: what it answers is only
 * `<span class="…">`, `</span>` and five entities, which are read here into vnodes.
 */
import {h, type ComponentChild} from 'preact'
import type {HLJSApi, LanguageFn} from 'highlight.js'
import {decodeEntities} from './entities'
import {languageId} from './languages'

/** The coloured code, or null if its language has no colours here. Computed when the page is idle. */
export async function highlight(code: string, info: string): Promise<ComponentChild[] | null> {
  const id = GRAMMAR[languageId(info)] ?? languageId(info)
  const group = Object.values(GROUPS).find((one) => one.languages.includes(id))
  if (!group) return null
  const hljs = await engine()
  if (!hljs.getLanguage(id)) {
    for (const [name, grammar] of Object.entries(await group.load())) hljs.registerLanguage(name, grammar)
  }
  await idle()
  return parseSpans(hljs.highlight(code, {language: id, ignoreIllegals: true}).value, code)
}

/** Languages with the same syntax. */
const GRAMMAR: Record<string, string> = {
  html: 'xml', svg: 'xml', vue: 'xml', tsx: 'typescript', jsx: 'javascript', jsonc: 'json', toml: 'ini', console: 'shell',
}

interface Group {
  languages: string[]
  load(): Promise<Record<string, LanguageFn>>
}

/** One chunk each: a Rust project does not wait for PHP. */
const GROUPS: Record<string, Group> = {
  web: {
    languages: ['typescript', 'javascript', 'json', 'xml', 'css', 'scss', 'graphql'],
    load: async () => (await import('./grammars/web')).default,
  },
  shell: {
    languages: ['bash', 'shell', 'diff', 'ini', 'yaml', 'dockerfile', 'makefile', 'markdown', 'powershell', 'nginx', 'nix'],
    load: async () => (await import('./grammars/shell')).default,
  },
  script: {
    languages: ['python', 'ruby', 'php', 'lua', 'perl', 'r', 'elixir', 'sql'],
    load: async () => (await import('./grammars/script')).default,
  },
  system: {
    languages: ['c', 'cpp', 'csharp', 'dart', 'go', 'haskell', 'java', 'kotlin', 'protobuf', 'rust', 'scala', 'swift'],
    load: async () => (await import('./grammars/system')).default,
  },
}

let loaded: Promise<HLJSApi> | undefined

function engine(): Promise<HLJSApi> {
  loaded ??= import('highlight.js/lib/core').then((module) => module.default)
  // A load that failed, perhaps offline, may be retried.
  loaded.catch(() => (loaded = undefined))
  return loaded
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), {timeout: 1000})
    else setTimeout(resolve, 50) // Safari
  })
}

/** Spans as vnodes; null if *html* contains anything else, or its text is not exactly *code*. */
export function parseSpans(html: string, code: string): ComponentChild[] | null {
  const top: ComponentChild[] = []
  const open: {className: string; children: ComponentChild[]}[] = []
  let said = ''
  let end = 0
  for (const match of html.matchAll(/<span class="([\w -]*)">|<\/span>|[^<]+/g)) {
    if (match.index !== end) return null
    end += match[0].length
    const children = open.at(-1)?.children ?? top
    if (match[1] !== undefined) {
      open.push({className: match[1], children: []})
    } else if (match[0] === '</span>') {
      const closed = open.pop()
      if (!closed) return null
      ;(open.at(-1)?.children ?? top).push(span(closed.className, closed.children))
    } else {
      const text = decodeEntities(match[0].replaceAll('&#x27;', "'"))
      said += text
      children.push(text)
    }
  }
  return end === html.length && !open.length && said === code ? top : null
}

function span(className: string, children: ComponentChild[]): ComponentChild {
  return h('span', {class: className}, ...children)
}

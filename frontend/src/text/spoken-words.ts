/** Paths, names, addresses and operators as words that a voice can say. */
import {sayIds, sayUnits} from './spoken-numbers'

/** Extensions that are spelled out, letter by letter. */
const SPELLED = ('ts js tsx jsx mjs cjs css scss html htm md mdx sh rs rb kt cs cpp hpp h c xml svg png jpg pdf csv sql txt yml ' +
  'db gz php crt py ini').split(' ')
/** Extensions that are said as words. */
const WORDS = 'go java json jsonl toml yaml lock cfg conf log swift dart lua nix zip tar bak scala gradle proto env vue webmanifest'.split(' ')
const EXTENSIONS = [...SPELLED, ...WORDS].sort((a, b) => b.length - a.length).join('|')
const FOLDERS: Record<string, string> = {src: 'source', lib: 'lib', cmd: 'command', pkg: 'package', '~': 'home', '..': 'the parent folder'}

const URL = /\b[a-z][a-z\d+.-]{1,20}:\/\/(?:[^\s/@]*@)?([^\s/:?#<>"')\]]+)[^\s<>"'\])]*[^\s<>"'\]).,;:!?]|\bwww\.([\w.-]+\w)(?:\/\S*[^\s.,;:!?)])?/gi
const FOLDER = String.raw`(?:~|\.{1,2}|@?[\w.-]+|\[[\w.-]+\])?\/`
/** A path with folders and an extension, or a file name with a known one; with or without a line number. */
const PATH = new RegExp(
  String.raw`(?<![\w/.@-])((?:${FOLDER})+(?:[\w.@-]*\w)\.\w{1,12}|[\w.@-]*\w\.(?:${EXTENSIONS})|\.(?:env|gitignore))(?::(\d+)(?:[:-]\d+)?)?(?![\w/])`, 'gi')

/** A path without an extension, from the root or from home. */
const FROM_ROOT = /(?<![\w/.@:<>-])(?:~|\.{1,2})?(?:\/[\w.@-]*\w){2,}\/?(?!\w)/g
/** `C:\folder\file`, `\\server\share`, `%HOME%\file`; others only with an extension: a backslash means many things. */
const WINDOWS = /(?<![\w\\])(?:(?:[a-z]:|%\w+%|\\\\[\w.-]+)(?:\\[\w.@$-]*[\w$])+\\?|[a-z]:\\|[\w.-]+(?:\\[\w.@-]+)*\\[\w.@-]*\w\.\w{1,5})(?![\w\\])/gi
/** As git names what it clones. */
const REMOTE = /(?<![\w.])[\w.-]+@([\w-]+(?:\.[\w-]+)+):[\w~][\w./~-]*\w/g
const HERE = /(?<![\w.:/])(localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:]+\]):(\d{2,5})(?:\/[^\s.,;:!?)`"']*)?(?![\w:])/gi
/** `some_name` and `call()`; names of which words grow together are said well enough. */
const IDENTIFIER = /(?<![\w./@:-])(?:[A-Za-z_][\w.]*\(\)|_*[A-Za-z][A-Za-z\d]*(?:_+[A-Za-z\d]+)+_*)(?![\w/@])/g

/** A sentence with its addresses and paths in words. */
export function sayNames(text: string): string {
  return text
    .replace(/\bfile:\/\/(?=\/)/gi, '')
    .replace(URL, (address, host: string, www: string) => sayHost(host ?? www, address))
    .replace(REMOTE, '$1')
    .replace(HERE, '$1, port $2')
    .replace(WINDOWS, path => sayPath(path.replace(/^([a-z]):/i, 'drive $1').replaceAll('%', '').replaceAll('\\', '/')))
    .replace(PATH, (whole, path: string, line: string | undefined) => (/^v?[\d./]+$/.test(path) ? whole : sayPath(path, line)))
    .replace(FROM_ROOT, path => sayPath(path))
    .replace(IDENTIFIER, name => (name.endsWith(')') ? sayCode(name) : sayIdentifier(name)))
}

/** The name of the host, and the port if there is one. */
function sayHost(host: string, address: string): string {
  const [, port] = /^[^/]*\/\/[^/]*:(\d+)/.exec(address) ?? []
  return `${host.replace(/^www\./i, '')}${port ? `, port ${port}` : ''}`
}

/** `src/lib/chat-manager.ts:12` is "chat manager dot t s in source lib, line 12": the name first, it matters most. */
export function sayPath(path: string, line?: string): string {
  const parts = path.split('/').filter((part) => part && part !== '.')
  const name = parts.pop() ?? path
  const folders = parts.map((part) => (Object.hasOwn(FOLDERS, part) ? FOLDERS[part]! : sayIdentifier(part)))
  return `${sayFile(name)}${folders.length ? ` in ${folders.join(' ')}` : ''}${line ? `, line ${line}` : ''}`
}

function sayFile(name: string): string {
  const [, stem = '', extension = ''] = /^(.*)\.(\w+)$/.exec(name) ?? [name, name]
  if (!extension) return sayIdentifier(stem)
  const key = extension.toLowerCase()
  const said = SPELLED.includes(key) ? [...key].join(' ') : key
  return `${sayIdentifier(stem)} dot ${said}`.trim()
}

/** `useLastSeen`, `last_seen` and `last-seen` are all three "last seen". */
export function sayIdentifier(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .replace(/\.(?=\w)/g, ' dot ')
    .trim()
    .replace(/(?<=^| )\p{Lu}\p{Ll}+/gu, (word) => (name.startsWith(word) ? word : word.toLowerCase()))
}

/** Of a kind of something: `Array<string>`, also within another. */
const OF = /(?<=\w)<(?=[\w['"])([\w, .|?:[\]'"]*)>/g
/** `<div class="x">`, `</div>`, `<stdio.h>` */
const TAG = /(?<!\w)<(\/?)([a-z][\w./-]*)((?:\s+[\w@:-]+(?:=(?:"[^"]*"|'[^']*'|\{[^}]*\}))?)*)\s*\/?>/gi
/** What is only signs. */
const SIGNS: Record<string, string> = {
  '{}': 'empty braces', '[]': 'empty brackets', '()': 'empty parentheses', '""': 'an empty string', "''": 'an empty string',
  '.': 'dot', ',': 'comma', ';': 'semicolon', ':': 'colon', '\\': 'backslash', '#': 'hash', '?': 'question mark', '!': 'exclamation mark',
  _: 'underscore', '-': 'dash', '~': 'tilde', '^': 'caret', "'": 'quote', '"': 'double quote', '(': 'parenthesis', ')': 'parenthesis',
  '[': 'bracket', ']': 'bracket', '{': 'brace', '}': 'brace', '@': 'at', $: 'dollar', '&': 'ampersand',
}

const OPERATORS: [RegExp, string | ((sign: string) => string)][] = [
  [/(?<=\w)\[\]/g, ' array'], [/::/g, ', '], [/(?<=\w)\/(?=\s|$)/g, ''], [/(?<![\w/])\/\/?(?![\w/])/g, sign => ' slash'.repeat(sign.length) + ' '],
  [/ \? ([^:?]*) : /g, ' then $1 else '], [/\?\?=?/g, ' or else '], [/\?\./g, '.'], [/(?<=^|\s)\?(?=[\s,)]|$)/g, ' question mark '], [/\?(?!\w)/g, ' '],
  [/\.{3}(?=[\w[({])/g, ' '], [/(?<=\d)\.\.(?=\d)/g, ' to '], [/(?<=[\w)] ?)\*\*(?= ?[\w(])/g, ' to the power of '],
  [/(?<=(?:^|[=(,[<>:]) ?)[-−](?=\d)/g, ' minus '], [/(?<=\s)&(?=\s)/g, ' and '], [/(?<!&)&(?=\w)/g, ' '],
  [/!==?/g, ' is not '], [/===?/g, ' equals '], [/[=-]>/g, ' to '], [/<=/g, ' at most '], [/>=/g, ' at least '],
  [/&&/g, ' and '], [/\|\|/g, ' or '], [/\|/g, ' pipe '], [/(?<![\w-])--?(?=\w)/g, ' dash '], [/\+\+/g, ' plus plus '],
  [/\+/g, ' plus '], [/=/g, ' equals '], [/</g, ' less than '], [/>/g, ' greater than '], [/\*/g, ' star '], [/%/g, ' percent '],
  [/\$(?=\w|\{)/g, ' dollar '], [/@(?=\w)/g, ' at '], [/~(?=\/|$)/g, ' home '], [/!(?=[\w$([{])/g, ' not '], [/!/g, ' '],
]

/** Branches are named from the front, unlike paths. */
const BRANCH = /^(?:origin|upstream|feature|feat|fix|bugfix|hotfix|release|chore)\/[\w./-]+$/

/** Inline code as words; '' if it would only be noise. */
export function sayCode(code: string): string {
  const text = code.trim()
  if (!/[\p{L}\p{N}]/u.test(text)) return SIGNS[text] ?? saySymbols(text)
  if (/^\d[\d.,_]* ?[^\s\d]{0,4}$/.test(text)) return sayUnits(text)
  const wholePath = /^(?:~?\/|\.{0,2}\/|[\w@.-]+\/)[\w@./[\]-]*$/.test(text)
  if (BRANCH.test(text)) return text.split('/').map(sayIdentifier).join(' slash ')
  if (wholePath && !/\s/.test(text)) {
    const [, path = text, line] = /^(.*?)(?::(\d+).*)?$/.exec(text) ?? []
    return sayPath(path, line)
  }
  const named = sayIds(sayNames(text.replace(/\(\s*\)/g, '').replace(/[~^](?=\d+\.)/g, '')))
  return saySymbols(named)
    .split(' ')
    .map((word) => (/[\p{Ll}\d][\p{Lu}_-]|\p{Lu}{2}\p{Ll}|\w_|^_\w|\w\.\w/u.test(word) && !/^v?\d/.test(word) ? sayIdentifier(word) : word))
    .join(' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

function saySymbols(text: string): string {
  let said = text.replace(TAG, (_, end: string, name: string, more: string) => `${end ? ' end' : ''} ${name}${more} `)
  for (let before = ''; before !== said; ) said = (before = said).replace(OF, (_, kinds: string) => ` of ${kinds.replaceAll('|', ' or ')} `)
  // One that takes words would not do for the others, says TypeScript.
  for (const [symbol, words] of OPERATORS) said = said.replace(symbol, words as string)
  return said.replace(/[`{}[\]();"\\^]+|(?<!\b[A-Z])#/g, ' ').replace(/\s+/g, ' ').trim()
}

/** Paths, names, addresses and operators as words that a voice can say. */
import {sayHashes} from './spoken-numbers'

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

/** A sentence with its addresses and paths in words. */
export function sayNames(text: string): string {
  return text
    .replace(URL, (address, host: string, www: string) => sayHost(host ?? www, address))
    .replace(PATH, (whole, path: string, line: string | undefined) => (/^v?[\d./]+$/.test(path) ? whole : sayPath(path, line)))
}

/** The name of the host; of this computer, the port is what matters. */
function sayHost(host: string, address: string): string {
  const [, port] = /^[^/]*\/\/[^/]*:(\d+)/.exec(address) ?? []
  const here = host === 'localhost' || /^[\d.]+$/.test(host)
  return here && port ? `${host}, port ${port}` : host.replace(/^www\./i, '')
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

const OPERATORS: [RegExp, string][] = [
  [/(?<=\w)<(?=[\w[])([\w, []*\]?)>/g, ' of $1 '], [/(?<=\w)\[\]/g, ' array'], [/::/g, ', '], [/(?<=\w)\/(?=\s|$)/g, ''],
  [/===?/g, ' equals '], [/!==?/g, ' is not '], [/[=-]>/g, ' to '], [/<=/g, ' at most '], [/>=/g, ' at least '],
  [/&&/g, ' and '], [/\|\|/g, ' or '], [/\|/g, ' pipe '], [/(?<![\w-])--?(?=\w)/g, ' dash '], [/\+\+/g, ' plus plus '],
  [/\+/g, ' plus '], [/=/g, ' equals '], [/</g, ' less than '], [/>/g, ' greater than '], [/\*/g, ' star '], [/%/g, ' percent '],
  [/\$(?=\w|\{)/g, ' dollar '], [/@(?=\w)/g, ' at '], [/~(?=\/|$)/g, ' home '], [/!/g, ' not '],
]

/** Branches are named from the front, unlike paths. */
const BRANCH = /^(?:origin|upstream|feature|feat|fix|bugfix|hotfix|release|chore)\/[\w./-]+$/

/** Inline code as words; '' if it would only be noise. */
export function sayCode(code: string): string {
  const text = code.trim()
  if (!/[\p{L}\p{N}]/u.test(text)) return saySymbols(text)
  const wholePath = /^(?:~?\/|\.{0,2}\/|[\w@.-]+\/)[\w@./[\]-]*$/.test(text)
  if (BRANCH.test(text)) return text.split('/').map(sayIdentifier).join(' slash ')
  if (wholePath && !/\s/.test(text)) {
    const [, path = text, line] = /^(.*?)(?::(\d+).*)?$/.exec(text) ?? []
    return sayPath(path, line)
  }
  const named = sayHashes(sayNames(text.replace(/\(\s*\)/g, '')))
  return saySymbols(named)
    .split(' ')
    .map((word) => (/[\p{Ll}\d][\p{Lu}_-]|\p{Lu}{2}\p{Ll}|\w_|\w\.\w/u.test(word) && !/^v?\d/.test(word) ? sayIdentifier(word) : word))
    .join(' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

function saySymbols(text: string): string {
  let said = text
  for (const [symbol, words] of OPERATORS) said = said.replace(symbol, words)
  return said.replace(/[`{}[\]();"\\^#]+/g, ' ').replace(/\s+/g, ' ').trim()
}

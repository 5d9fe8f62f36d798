/** The info strings of code fences. */

const NAMES: Record<string, string> = {
  bash: 'Bash', c: 'C', cpp: 'C++', csharp: 'C#', css: 'CSS', dart: 'Dart', diff: 'Diff', dockerfile: 'Dockerfile',
  elixir: 'Elixir', go: 'Go', graphql: 'GraphQL', haskell: 'Haskell', ini: 'INI', java: 'Java', javascript: 'JavaScript',
  json: 'JSON', kotlin: 'Kotlin', lua: 'Lua', makefile: 'Makefile', markdown: 'Markdown', nginx: 'nginx', nix: 'Nix',
  perl: 'Perl', php: 'PHP', powershell: 'PowerShell', python: 'Python', r: 'R', ruby: 'Ruby', rust: 'Rust',
  scala: 'Scala', scss: 'SCSS', shell: 'Shell', sql: 'SQL', swift: 'Swift', toml: 'TOML', typescript: 'TypeScript',
  xml: 'XML', html: 'HTML', yaml: 'YAML', jsx: 'JSX', tsx: 'TSX', svg: 'SVG', jsonc: 'JSON', console: 'Console',
  protobuf: 'Protobuf',
}

const ALIASES: Record<string, string> = {
  sh: 'bash', zsh: 'bash', fish: 'bash', 'shell-session': 'shell', shellsession: 'shell', py: 'python', python3: 'python',
  ts: 'typescript', mts: 'typescript', js: 'javascript', mjs: 'javascript', cjs: 'javascript', node: 'javascript',
  rb: 'ruby', rs: 'rust', golang: 'go', kt: 'kotlin', 'c++': 'cpp', cc: 'cpp', hpp: 'cpp', h: 'c', cs: 'csharp',
  'c#': 'csharp', yml: 'yaml', md: 'markdown', docker: 'dockerfile', make: 'makefile', mk: 'makefile', patch: 'diff',
  ps1: 'powershell', pwsh: 'powershell', conf: 'ini', cfg: 'ini', env: 'ini', dotenv: 'ini', htm: 'html', json5: 'json',
  jsonl: 'json', gql: 'graphql', proto: 'protobuf', hs: 'haskell', ex: 'elixir', exs: 'elixir', pl: 'perl',
}

/** The first word of an info string, lower case and with its common name: `TS title="x"` is `typescript`. */
export function languageId(info: string): string {
  const word = /^[\w+#-]+/.exec(info.trim())?.[0].toLowerCase() ?? ''
  return Object.hasOwn(ALIASES, word) ? ALIASES[word]! : word
}

/** The file that an info string names: `python src/cart.py`, `ts:src/cart.ts`, `js title="cart.js"`, or only the path. */
export function fileName(info: string): string {
  const [, titled = ''] = /(?:title|file|filename|path)=["']?([^"'\s]*[./][^"'\s]*)/.exec(info) ?? []
  if (titled) return titled
  const words = info.trim().replace(/^[\w+#-]+:(?=[\w./-])/, '').split(/\s+/)
  // A name that has a folder or an ending; `c++` and `node.js` alone are languages.
  return words.find(word => /^[\w@.~-]*\/[\w./@-]+$/.test(word) || /^[\w-][\w.-]*\.[A-Za-z]\w{0,7}$/.test(word)) ?? ''
}

/** A name to show or say; unknown languages keep the name they were given, and none is ''. */
export function languageName(info: string): string {
  const id = languageId(info)
  if (['text', 'txt', 'plain', 'plaintext', 'none'].includes(id)) return ''
  return Object.hasOwn(NAMES, id) ? NAMES[id]! : id
}

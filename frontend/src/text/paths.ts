/** What an agent writes of a file: its path, and often the line. */

export interface FilePlace {
  path: string
  line?: number
}

/** Endings of files that need no folder before them to be known as such. */
const ENDINGS = new Set(
  ('c cc cfg clj cpp cs css csv dart env ex exs go gradle graphql h hpp hs html ini ipynb java jpeg jpg js json jsonc jsx kt lock lua md mdx mjs mk ' +
    'nix php pl png proto ps1 py pyi r rb rs rst sass scala scss sh sql svelte svg swift tex tf toml ts tsx txt vue webp xml yaml yml zig').split(' '),
)
const NAMES = new Set(['Makefile', 'Dockerfile', 'LICENSE', 'README', 'CHANGELOG', 'Gemfile', 'Rakefile', 'Procfile', 'Justfile', 'Jenkinsfile'])
const LONGEST = 300
/** A line behind a path: `:12`, `:12:5`, `:12-20`, `#L12`, `#L12-L20`. */
const LINE = /(?::|#L)(\d{1,8})(?:[-:](?:L)?\d{1,8})?$/

/** The file that *text* names; undefined where it is something else. *folders* are those it may begin with. */
export function filePlace(text: string, folders: readonly string[] = []): FilePlace | undefined {
  if (text.length > LONGEST || /[\s<>|*?"'`$(){}[\];,=\\]|:\/\//.test(text)) return undefined
  const line = LINE.exec(text)
  const bare = line ? text.slice(0, line.index) : text
  const folder = folders.find(it => bare.startsWith(`${it}/`))
  const path = (folder ? bare.slice(folder.length + 1) : bare).replace(/^(?:\.\/)+/, '')
  if (!path || path.startsWith('/') || path.startsWith('~') || path.split('/').includes('..') || /[:#@]/.test(path)) return undefined
  const name = path.slice(path.lastIndexOf('/') + 1)
  const ending = name.slice(name.lastIndexOf('.') + 1)
  const known = NAMES.has(name) || (name.includes('.') && ENDINGS.has(ending.toLowerCase())) || /^\.\w[\w.-]*$/.test(name)
  const inFolder = path.includes('/') && /^[^.].*\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(name)
  if (!name || !(known || inFolder)) return undefined
  return {path, ...(line && Number(line[1]) > 0 && {line: Number(line[1])})}
}

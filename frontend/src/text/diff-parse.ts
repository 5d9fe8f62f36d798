/** Parses a unified diff, as written by `git diff`, into files, hunks and numbered lines. */

export interface DiffLine {
  kind: 'add' | 'del' | 'same' | 'note'
  text: string
  /** The line's number before and after the change. */
  old?: number
  new?: number
}

export interface DiffHunk {
  /** `@@ -1,2 +1,3 @@`, and what git writes after it: the function the lines are in. */
  range: string
  context: string
  lines: DiffLine[]
}

export interface DiffFile {
  path: string
  /** The old path, if it differs. */
  from: string | null
  /** New, deleted, renamed, binary: what git says besides the lines. */
  notes: string[]
  hunks: DiffHunk[]
  added: number
  removed: number
}

const HUNK = /^(@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@) ?(.*)$/
const NOTE = /^(?:new file|deleted file|old mode|new mode|similarity|rename|copy|Binary files|GIT binary)/

/** The files in *text*, in order. Lines that belong to no file are left out. */
export function parseDiff(text: string): DiffFile[] {
  const files: DiffFile[] = []
  let file: DiffFile | undefined
  let hunk: DiffHunk | undefined
  // How many lines of the hunk are left: its lines may look like headers.
  let left = {old: 0, new: 0}
  let at = {old: 0, new: 0}

  const begin = () => {
    file = {path: '', from: null, notes: [], hunks: [], added: 0, removed: 0}
    files.push(file)
    hunk = undefined
    return file
  }

  for (const line of text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n')) {
    if (file && hunk && (left.old > 0 || left.new > 0) && /^[ +-]|^$/.test(line)) {
      const sign = line[0] ?? ' '
      const body = line.slice(1)
      if (sign === '+') {
        hunk.lines.push({kind: 'add', text: body, new: at.new++})
        left.new--
        file.added++
      } else if (sign === '-') {
        hunk.lines.push({kind: 'del', text: body, old: at.old++})
        left.old--
        file.removed++
      } else {
        hunk.lines.push({kind: 'same', text: body, old: at.old++, new: at.new++})
        left.old--
        left.new--
      }
      continue
    }
    const head = HUNK.exec(line)
    if (head) {
      file ??= begin()
      hunk = {range: head[1]!, context: head[6]!, lines: []}
      file.hunks.push(hunk)
      at = {old: Number(head[2]), new: Number(head[4])}
      left = {old: Number(head[3] ?? 1), new: Number(head[5] ?? 1)}
    } else if (line.startsWith('diff ')) {
      begin().path = / "?b\/(.*?)"?$/.exec(line)?.[1] ?? ''
    } else if (line.startsWith('--- ')) {
      // In a diff that is not from git, only this line begins a file.
      if (!file || file.hunks.length) begin()
      file!.from = pathOf(line.slice(4), 'a/')
    } else if (line.startsWith('+++ ') && file) {
      file.path = pathOf(line.slice(4), 'b/') ?? file.from ?? file.path
    } else if (line.startsWith('\\') && hunk) {
      hunk.lines.push({kind: 'note', text: line.slice(1).trim()})
    } else if (file && NOTE.test(line)) {
      file.notes.push(line)
      if (line.startsWith('rename from ')) file.from = line.slice(12)
      if (line.startsWith('rename to ')) file.path = line.slice(10)
    }
  }
  for (const one of files) if (one.from === one.path) one.from = null
  return files
}

/** Null for /dev/null. Git quotes names with unusual characters, byte by byte. */
function pathOf(written: string, prefix: string): string | null {
  const name = written.split('\t')[0]!
  const path = name.startsWith('"') ? unquote(name) : name
  if (path === '/dev/null') return null
  return path.startsWith(prefix) ? path.slice(2) : path
}

function unquote(quoted: string): string {
  const encoded = encodeURIComponent(quoted.replace(/^"|"$/g, ''))
  const bytes = encoded.replace(/%5C([0-3][0-7]{2})/g, (_, octal) => `%${parseInt(octal, 8).toString(16).padStart(2, '0')}`)
  try {
    return decodeURIComponent(bytes).replace(/\\(["\\])/g, '$1')
  } catch {
    return quoted
  }
}

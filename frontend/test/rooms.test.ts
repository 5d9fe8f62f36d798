/** The plan of the page, enforced: which room may use which, no circles, no long files. */

import {expect, it} from 'vitest'

const SOURCES = import.meta.glob<string>('../src/**/*.{ts,tsx,css}', {query: '?raw', import: 'default', eager: true})
const MOST_LINES = 250
/** Written by `make api`. */
const GENERATED = ['lib/wire.ts']

/** Rooms from the ground up: each may use itself and those above it in this list. */
const ROOMS = [
  'lib',
  'text/grammars',
  'text',
  'voice',
  'worker',
  'style',
  'ui',
  'app',
  'chat',
  'chat/state',
  'chat/aloud',
  'chat/messages',
  'chat/questions',
  'chat/composer',
  'drive',
  'screens/devices',
  'screens/settings',
  'screens/projects',
  'screens/sessions',
  'screens/landing',
  'screens/changes',
  'screens/files',
  'screens/chat',
  'screens',
  '',
]

/** `chat/state/rows.ts` of `../src/chat/state/rows.ts`. */
const files = new Map(Object.entries(SOURCES).map(([path, text]) => [path.replace('../src/', ''), text]))

function roomOf(file: string): string {
  return file.split('/').slice(0, -1).join('/')
}

/** The files that a file imports, at once or later. */
function importsOf(file: string): string[] {
  const specifiers = [...files.get(file)!.matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(match => match[1]!)
  return specifiers.map(specifier => {
    const path = new URL(specifier, `file:///${file}`).pathname.slice(1)
    const found = [path, `${path}.ts`, `${path}.tsx`].find(candidate => files.has(candidate))
    if (!found) throw new Error(`${file} imports ${specifier}, which is not there`)
    return found
  })
}

it('every file is in a room', () => {
  expect([...files.keys()].filter(file => !ROOMS.includes(roomOf(file)))).toEqual([])
  expect(files.size).toBeGreaterThan(100)
})

it('rooms use only what is below them', () => {
  const up = [...files.keys()].flatMap(file =>
    importsOf(file)
      .filter(used => ROOMS.indexOf(roomOf(used)) > ROOMS.indexOf(roomOf(file)))
      .map(used => `${file} uses ${used}`),
  )
  expect(up).toEqual([])
})

it('no files use each other in a circle', () => {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file)) return
    for (const used of importsOf(file)) visit(used, [...path, file])
    done.add(file)
  }
  for (const file of files.keys()) visit(file, [])
})

it(`no file has more than ${MOST_LINES} lines`, () => {
  const long = [...files].filter(([file]) => !GENERATED.includes(file)).map(([file, text]) => `${file}: ${text.split('\n').length - 1}`)
  expect(long.filter(line => Number(line.split(': ')[1]) > MOST_LINES)).toEqual([])
})

it('the wire and the chat manager need nothing of the page', () => {
  const foreign = [...files].filter(([file, text]) => file.startsWith('lib/') && /from '[^.]/.test(text))
  expect(foreign.map(([file]) => file)).toEqual([])
})

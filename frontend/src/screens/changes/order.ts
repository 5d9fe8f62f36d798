/** In which order changed files are looked at: first what is easily regretted, last what nobody reads. */

import type {ChangedFile} from '../../lib/types'
import {bytes, words} from './strings'

/** Lines from which a change is a big one. */
const BIG = 400
const BIG_BINARY = 1_000_000

const LOCKS = [
  'package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb', 'deno.lock',
  'Cargo.lock', 'poetry.lock', 'uv.lock', 'pdm.lock', 'Pipfile.lock', 'Gemfile.lock', 'composer.lock', 'mix.lock',
  'go.sum', 'go.work.sum', 'flake.lock', 'Podfile.lock', 'Package.resolved', 'pubspec.lock', 'packages.lock.json', 'gradle.lockfile',
]
const GENERATED = ['.min.js', '.min.css', '.map', '.snap']
const SECRETS = ['.npmrc', '.pypirc', '.netrc', '.git-credentials', '.htpasswd', 'credentials', 'credentials.json', 'secrets.yml', 'secrets.yaml', 'id_rsa', 'id_ed25519']
const KEYS = ['.pem', '.key', '.p12', '.pfx', '.keystore', '.jks']
/** What a computer runs without being asked to. */
const RUNS = ['.github/workflows/', '.gitlab-ci', '.husky/', '.githooks/', '.vscode/', '.envrc', '.pre-commit-config']

export type Risk = 'deleted' | 'secret' | 'kind' | 'runs' | 'big'

/** Why a file should be looked at closely; the first reasons weigh most. */
const RISKS: readonly Risk[] = ['deleted', 'secret', 'kind', 'runs', 'big']

export interface Group {
  kind: 'risky' | 'plain' | 'folded' | 'yours'
  files: ChangedFile[]
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function riskOf(file: ChangedFile): Risk | undefined {
  const name = nameOf(file.path)
  if (file.status === 'deleted') return 'deleted'
  if (name === '.env' || name.startsWith('.env.') || SECRETS.includes(name) || KEYS.some(end => name.endsWith(end))) return 'secret'
  if (file.status === 'type' || isOddKind(file)) return 'kind'
  if (RUNS.some(start => file.path.startsWith(start) || file.path.includes(`/${start}`))) return 'runs'
  if (isFolded(file)) return undefined
  const lines = (file.added ?? 0) + (file.removed ?? 0)
  return file.large || lines >= BIG || (file.binary && Math.max(file.size, file.old_size) >= BIG_BINARY) ? 'big' : undefined
}

/** It is a link or a repository, or may be run where it could not before. */
function isOddKind({kind, old_kind: before}: ChangedFile): boolean {
  return kind === 'link' || kind === 'repository' || (kind === 'executable' && before !== 'executable')
}

function isFolded({path}: ChangedFile): boolean {
  const name = nameOf(path)
  return LOCKS.includes(name) || GENERATED.some(end => name.endsWith(end))
}

/** The files in groups that have some, and in the order in which they are shown. */
export function groupsOf(files: readonly ChangedFile[]): Group[] {
  const groups: Record<Group['kind'], ChangedFile[]> = {risky: [], plain: [], folded: [], yours: []}
  for (const file of files) {
    const kind = file.by === 'you' ? 'yours' : riskOf(file) ? 'risky' : isFolded(file) ? 'folded' : 'plain'
    groups[kind].push(file)
  }
  const rank = (file: ChangedFile) => RISKS.indexOf(riskOf(file)!)
  groups.risky.sort((one, other) => rank(one) - rank(other))
  return (['risky', 'plain', 'folded', 'yours'] as const)
    .map(kind => ({kind, files: groups[kind]}))
    .filter(group => group.files.length > 0)
}

/** What is to be said of a file beside its name and its lines. */
export function factsOf(file: ChangedFile): string[] {
  const {status, old_path: from, kind, old_kind: before, old_size, size} = file
  const sizes = [before && bytes(old_size), kind && bytes(size)] as const
  const risk = riskOf(file)
  return [
    status === 'added' && words.status.added,
    status === 'deleted' && words.status.deleted,
    from && words.status.renamed(from),
    kind === 'repository' || before === 'repository' ? words.repository : '',
    kind === 'link' && (before && before !== 'link' ? words.nowLink : words.link),
    before === 'link' && kind && kind !== 'link' && words.nowFile,
    kind === 'executable' && before !== 'executable' && words.executable,
    before === 'executable' && kind === 'file' && words.notExecutable,
    risk === 'secret' && words.secret,
    risk === 'runs' && words.runs,
    risk === 'big' && !file.large && words.big,
    file.large && words.large(...sizes),
    file.binary && kind !== 'repository' && before !== 'repository' && words.binary(...sizes),
    status === 'added' && !size && kind !== 'repository' && words.empty,
    file.by === 'both' && words.both,
  ].filter(fact => typeof fact === 'string' && fact !== '') as string[]
}

/** Lines that came and went in all of them. */
export function sumOf(files: readonly ChangedFile[]): {added: number; removed: number} {
  const sum = (which: 'added' | 'removed') => files.reduce((all, file) => all + (file[which] ?? 0), 0)
  return {added: sum('added'), removed: sum('removed')}
}

/** What a mark “viewed” is about: it is gone as soon as the file is another one. */
export function viewKey({path, blob, old_blob}: Pick<ChangedFile, 'path' | 'blob' | 'old_blob'>): string {
  return `${path}\0${old_blob}\0${blob}`
}

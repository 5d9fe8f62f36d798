/** Lines of a change as text. */

import type {Hunk, Line} from '../../lib/types'

const SIGNS = {added: '+', removed: '-', context: ' '} as const

/** Code in a fence that nothing in it closes. */
export function fenced(code: string, language = ''): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${code}\n${fence}`
}

export function fencedDiff(hunk: Hunk): string {
  return fenced(hunk.lines.map(line => `${SIGNS[line.kind]}${line.text}`).join('\n'), 'diff')
}

/** The first and the last number in a hunk, as its lines are now, or were. */
export function rangeOf(hunk: Pick<Hunk, 'lines'>): [number, number] {
  const now = hunk.lines.filter(line => line.new !== null).map(line => line.new!)
  const numbers = now.length ? now : hunk.lines.map(line => line.old ?? 0)
  return [numbers[0] ?? 0, numbers.at(-1) ?? 0]
}

/** The side that a comment on these lines is about: the present one, unless all were removed. */
export function sideOf(lines: readonly Line[]): 'old' | 'new' {
  return lines.every(line => line.kind === 'removed') ? 'old' : 'new'
}

/** What a comment from one line of a hunk to another is about; both are positions in it. */
export function quoteOf(lines: readonly Line[]): {side: 'old' | 'new'; start: number; end: number; quote: string} {
  const side = sideOf(lines)
  const there = lines.filter(line => line[side] !== null)
  return {
    side,
    start: there[0]?.[side] ?? 1,
    end: there.at(-1)?.[side] ?? 1,
    quote: there.map(line => line.text).join('\n'),
  }
}

/** The range with one more line of its side above (-1) or below; undefined where there is none. */
export function grown(lines: readonly Line[], range: {from: number; to: number}, by: -1 | 1): {from: number; to: number} | undefined {
  const side = sideOf(lines.slice(range.from, range.to + 1))
  for (let at = (by < 0 ? range.from : range.to) + by; lines[at]; at += by) {
    if (lines[at]![side] !== null) return by < 0 ? {from: at, to: range.to} : {from: range.from, to: at}
  }
  return undefined
}

/** A line in pieces, those marked that changed in it. Positions count characters, not their halves. */
export function piecesOf({text, marks = []}: Pick<Line, 'text' | 'marks'>): {text: string; marked: boolean}[] {
  const characters = marks.length ? Array.from(text) : []
  const pieces: {text: string; marked: boolean}[] = []
  let at = 0
  const add = (until: number, marked: boolean) => {
    if (until > at) pieces.push({text: characters.slice(at, until).join(''), marked})
    at = Math.max(at, until)
  }
  for (const [from = 0, to = 0] of marks) {
    add(from, false)
    add(to, true)
  }
  if (!marks.length) return [{text, marked: false}]
  add(characters.length, false)
  return pieces
}

/**
 * Markdown that is still being written, as blocks.
 *
 *   push ──▶ | frozen block | frozen block | ... | open block | rest |
 *              never looked at again              re-lexed      not yet lexed
 *
 * Only the last block can still change its meaning, so only that one is lexed again. A block that has grown
 * large is lexed again only after it has grown by a tenth, which keeps the work for n characters O(n) even
 * when the whole answer is one list.
 */
import type {Lexer, Token, Tokens} from 'marked'
import {proseLexer} from './emphasis'

type Links = Lexer['tokens']['links']

/** How many frozen blocks are drawn, and later skipped, as one group. */
export const GROUP = 32
/** Blocks below this many characters are lexed again at every push. */
const SMALL = 4096

export class MarkdownStream {
  /** Blocks that will not change. A full group is never touched again. */
  readonly groups: Token[][] = []
  /** Blocks that may still change: the last one, and blank lines. */
  open: Token[] = []
  /** Text after `open` that has not been lexed yet. */
  rest = ''
  /** How many times link definitions have changed the meaning of finished blocks. */
  generation = 0
  finished = false

  #source = ''
  #base = 0
  #lexedTo = 0
  #links: Links = Object.create(null)
  /** Whether lexing a large block early has been worth it. */
  #hurry = true
  /** The fence that would close the code block at the end. */
  #fence: string | null = null
  /** A `\r` whose `\n` may come with the next push. */
  #halfBreak = false

  get text(): string {
    return this.#source
  }

  /** Append text. However it is sliced, the finished blocks are the same. */
  push(text: string): void {
    const joined = (this.#halfBreak ? '\r' : '') + text
    this.#halfBreak = joined.endsWith('\r')
    this.#source += withoutCR(this.#halfBreak ? joined.slice(0, -1) : joined)
    if (text) this.#advance()
  }

  /** Lex also the text that would have waited. */
  catchUp(): void {
    if (this.rest) this.#advance(true)
  }

  /** Set the whole text so far. A continuation of the old text is cheap; anything else starts over. */
  set(text: string, finished = false): void {
    const whole = withoutCR(text)
    if (!whole.startsWith(this.#source) || (this.finished && whole !== this.#source)) this.#reset()
    if (this.finished) return
    if (finished) this.#finish(whole)
    else this.push(whole.slice(this.#source.length))
  }

  /** No more text will come: close whatever is open. */
  finish(): void {
    if (!this.finished) this.#finish(this.#source + (this.#halfBreak ? '\n' : ''))
  }

  #advance(now = false): void {
    this.rest = this.#source.slice(this.#lexedTo)
    const lexed = this.#lexedTo - this.#base
    const patient = lexed > SMALL && this.rest.length * 10 < lexed
    if (patient && !now && !(this.#hurry && this.#seemsOver())) return

    const tail = this.#source.slice(this.#base)
    const tokens = lex(tail, this.#links)
    const count = settled(tokens, tail)
    this.open = this.#freeze(tokens.slice(0, count), tail) ? tokens.slice(count) : tokens
    this.rest = ''
    this.#lexedTo = this.#source.length
    const last = this.open.at(-1)
    this.#fence = last ? openFence(last) : null
    this.#hurry = count > 0 || !patient
  }

  /** Whether `rest` looks as if it ends a large open block, so that waiting would show it raw for too long. */
  #seemsOver(): boolean {
    if (this.#fence) return closes(this.#fence, this.rest)
    return /(?:^|\n)[ \t]*\n(?![ \t]|[-+*>]|\d+[.)]).*\n/.test(this.rest)
  }

  #freeze(tokens: Token[], tail: string): boolean {
    const raw = tokens.map((token) => token.raw).join('')
    // Should not happen, and would show text twice or not at all.
    if (!tail.startsWith(raw)) return false
    this.#base += raw.length
    for (const token of tokens) {
      if (token.type === 'space') continue
      if (token.type === 'def') this.#links[token.tag] ??= {href: token.href, title: token.title}
      if (!this.groups.length || this.groups.at(-1)!.length >= GROUP) this.groups.push([])
      // A group that is still filling is a new array each time: drawing compares groups by identity.
      this.groups[this.groups.length - 1] = [...this.groups.at(-1)!, token]
    }
    return true
  }

  /** One exact pass over everything: a definition at the end gives links to the beginning. */
  #finish(whole: string): void {
    const defined = Object.keys(this.#links).length
    this.#reset()
    this.#source = whole
    const tokens = lex(whole, this.#links)
    if (!this.#freeze(tokens, whole)) this.open = tokens
    if (!defined && !Object.keys(this.#links).length) this.generation--
    this.#base = this.#lexedTo = whole.length
    this.finished = true
  }

  #reset(): void {
    this.groups.length = 0
    this.open = []
    this.rest = this.#source = ''
    this.#base = this.#lexedTo = 0
    this.#links = Object.create(null)
    this.#hurry = true
    this.#fence = null
    this.#halfBreak = false
    this.finished = false
    this.generation++
  }
}

function withoutCR(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

function lex(text: string, links: Links): Token[] {
  const lexer = proseLexer()
  // A copy: a definition that is still being written must not be kept by halves.
  lexer.tokens.links = Object.assign(Object.create(null), links)
  try {
    return lexer.lex(text)
  } catch {
    // Thousands of nested quotes exhaust the stack. Then the text is shown as it is.
    return [{type: 'text', raw: text, text, escaped: true} satisfies Tokens.Text]
  }
}

/** How many tokens can no longer change, whatever follows. */
function settled(tokens: Token[], tail: string): number {
  const last = tokens.findLastIndex((token) => token.type !== 'space')
  if (last < 0) return 0
  const start = tokens.slice(0, last).reduce((sum, token) => sum + token.raw.length, 0)
  // `#` may become `#tag`, `1.` may become `1.5`: the line that began the block must be there in full.
  const token = tokens[last]!
  // The same is true of the line of dashes in a table or under a heading.
  const underlined = token.type === 'table' || (token.type === 'heading' && token.raw.trim().includes('\n'))
  const needed = underlined ? 3 : 2
  if (tail.slice(start).split('\n', needed).length < needed) return 0
  return isFenced(token) && !openFence(token) ? last + 1 : last
}

function isFenced(token: Token): boolean {
  return token.type === 'code' && /^ {0,3}(?:`{3}|~{3})/.test(token.raw)
}

/** The fence a code block is still waiting for. */
export function openFence(token: Token): string | null {
  if (!isFenced(token)) return null
  const fence = /`{3,}|~{3,}/.exec(token.raw)![0]
  const line = token.raw.indexOf('\n')
  return line >= 0 && closes(fence, token.raw.slice(line + 1)) ? null : fence
}

function closes(fence: string, text: string): boolean {
  return new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*\\n`, 'm').test(text)
}

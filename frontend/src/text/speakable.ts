/**
 * An answer as a person would read it aloud: no markup, no code, no addresses, one sentence at a time.
 *
 *   markdown ──▶ blocks ──▶ text, with names in words ──▶ sentences ──▶ utterances of at most 200 characters
 */
import type {Token, Tokens} from 'marked'
import {decodeEntities} from './entities'
import {languageName} from './languages'
import {MarkdownStream} from './markdown-stream'
import {english, type Phrases} from './phrases'
import {sentences, utterances} from './sentences'
import {sayNumbers} from './spoken-numbers'
import {sayCode, sayNames} from './spoken-words'

/** Code in a sentence that is longer than this is not read. */
const LONGEST_CODE = 80
/** Tables with at most so many rows are read row by row. */
const SMALL_TABLE = 4

/** Characters, to the end of their line, that are looked at at a time where not all is asked for. */
const PART = 1000

/** *markdown* as sentences: all of it, or the first ones that have more than so many characters together. */
export function speakable(markdown: string, phrases: Phrases = english, most = Infinity): string[] {
  const cutter = new SentenceCutter(phrases)
  const said: string[] = []
  let length = 0
  for (let at = 0, end: number; at < markdown.length && length <= most; at = end) {
    end = most < Infinity ? markdown.indexOf('\n', at + PART) + 1 || markdown.length : markdown.length
    const fresh = cutter.push(markdown.slice(at, end))
    length += fresh.join('').length
    said.push(...fresh)
  }
  return length > most ? said : [...said, ...cutter.flush()]
}

/** Yields complete sentences while the text is still being written. Nothing is said twice, nothing is taken back. */
export class SentenceCutter {
  #stream = new MarkdownStream()
  readonly #phrases: Phrases
  /** How many blocks have been said in full. */
  #blocks = 0
  /** How many sentences of the open block have been said. */
  #said = 0

  constructor(phrases: Phrases = english) {
    this.#phrases = phrases
  }

  /** The sentences that *text* completes. */
  push(text: string): string[] {
    this.#stream.push(text)
    const fresh = this.#settled()
    const [open] = this.#stream.open.filter(({type}) => type !== 'space')
    if (open && !this.#stream.rest) {
      const sure = this.#complete(open).slice(this.#said)
      this.#said += sure.length
      fresh.push(...sure)
    }
    return fresh.flatMap((sentence) => utterances(sentence))
  }

  /** The rest, at the end of an answer. Then another one may begin. */
  flush(): string[] {
    this.#stream.catchUp()
    const left = [...this.#settled(), ...this.#stream.open.flatMap((token) => this.#take(token))]
    this.#stream = new MarkdownStream()
    this.#blocks = this.#said = 0
    return left.flatMap((sentence) => utterances(sentence))
  }

  #settled(): string[] {
    const fresh: string[] = []
    const {groups} = this.#stream
    const tokens = groups.flat()
    for (; this.#blocks < tokens.length; this.#blocks++) fresh.push(...this.#take(tokens[this.#blocks]!))
    return fresh
  }

  /** The sentences of a block that have not been said yet. */
  #take(token: Token): string[] {
    if (token.type === 'space') return []
    const fresh = sayBlock(token as Tokens.Generic, this.#phrases).slice(this.#said)
    this.#said = 0
    return fresh
  }

  /** The safe sentences of a growing block: all but the last, up to markup that may still be open. */
  #complete(token: Token): string[] {
    if (!['paragraph', 'text', 'list', 'blockquote'].includes(token.type)) return []
    const all = sayBlock(token as Tokens.Generic, this.#phrases)
    const doubtful = all.findIndex((sentence) => /[`*[\]|<~]|(?:^|\s)_/.test(sentence))
    return all.slice(0, doubtful < 0 ? all.length - 1 : Math.min(doubtful, all.length - 1))
  }
}

function sayBlock(token: Tokens.Generic, phrases: Phrases): string[] {
  const {tokens = []} = token
  switch (token.type) {
    case 'paragraph':
    case 'heading':
      return inSentences(words(tokens, phrases))
    case 'text':
    case 'checkbox':
      return inSentences(words([token], phrases))
    case 'code': {
      const {text, lang = ''} = token as Tokens.Code
      return [phrases.code(text.trimEnd().split('\n').length, languageName(lang))]
    }
    case 'blockquote':
      return tokens.flatMap((inner) => sayBlock(inner as Tokens.Generic, phrases))
    case 'list':
      return (token as Tokens.List).items.flatMap((item, index) => sayItem(item, token as Tokens.List, index, phrases))
    case 'table': {
      const {header, rows} = token as Tokens.Table
      const cells = (row: Tokens.TableCell[]) => row.map((cell) => clean(words(cell.tokens, phrases))).filter(Boolean)
      const said = rows.length <= SMALL_TABLE ? rows.map(cells).filter((row) => row.length).map(phrases.row) : []
      return [phrases.table(rows.length, cells(header)), ...said]
    }
    case 'html':
      return inSentences(decodeEntities(token.raw.replace(/<!--.*?(?:-->|$)|<[^>]*>/gs, ' ')))
    default:
      return []
  }
}

function sayItem(item: Tokens.ListItem, list: Tokens.List, index: number, phrases: Phrases): string[] {
  const said = item.tokens.flatMap((token) => (token.type === 'checkbox' ? [] : sayBlock(token as Tokens.Generic, phrases)))
  if (!said.length) return []
  const mark = item.task ? phrases.task(Boolean(item.checked)) : list.ordered ? `${Number(list.start || 1) + index}. ` : ''
  return [mark + said[0], ...said.slice(1)]
}

/** Inline tokens as words, code and names included. */
function words(tokens: Token[], phrases: Phrases): string {
  return (tokens as Tokens.Generic[])
    .map((token) => {
      switch (token.type) {
        case 'codespan': {
          const said = sayCode(token['text'])
          return !said || said.length > LONGEST_CODE || isNoise(token['text']) ? phrases.someCode : said
        }
        case 'br':
          return '\n\n'
        case 'html':
          return /^<br/i.test(token.raw) ? '\n\n' : ' '
        case 'checkbox':
          return ''
        case 'image':
          return phrases.image(words(token.tokens ?? [], phrases))
        case 'link':
          return token['autolink'] ? sayNames(token['text']) : words(token.tokens ?? [], phrases)
        default:
          return token.tokens ? words(token.tokens, phrases) : sayNumbers(sayNames(decodeEntities(token['text'] ?? token.raw)))
      }
    })
    .join('')
}

/** A pattern, say: nobody understands its signs one by one. */
function isNoise(code: string): boolean {
  const signs = code.replace(/[\p{L}\p{N}\s]/gu, '').length
  return code.length > 8 && signs > code.length * 0.6
}

function inSentences(text: string): string[] {
  // Signs in front of lines make a list of them.
  const lines = text.replace(/\n(?=\p{Extended_Pictographic}|[•◦▪✓✔✗✘])/gu, '\n\n')
  return sentences(lines.replace(/(?<!\n)\n(?!\n)/g, ' ')).map(clean).filter((one) => /[\p{L}\p{N}]/u.test(one)).map(ended)
}

/** Remove what a voice would read by name: emoji, arrows, rules, bullets. */
function clean(text: string): string {
  return text
    .replace(/\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\p{Variation_Selector}|\u200d|\u20e3/gu, '')
    .replace(/\[\^[\w-]+\]:?|(?<=^|\s):[a-z][\w+-]+:(?=[\s.,!?]|$)/g, ' ')
    .replace(/[→⇒➜]/g, ' to ')
    .replace(/[←↑↓↔⇐]/g, ' ')
    .replace(/[│┃─━┌┐└┘├┤┬┴┼█▌▐░▒▓•·◦▪✓✔✗✘]|[-=_*]{3,}/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:!?])(?=\s|$)/g, '$1')
    .replace(/^[\s:;,.–—-]+/, '')
    .trim()
}

function ended(sentence: string): string {
  return /[.!?…:;。！？؟।]["'”’»)\]」』）]*$/u.test(sentence) ? sentence : `${sentence}.`
}

/**
 * Stars and underscores of code are no emphasis: agents write `__init__.py`, `src/*` and `a*b*c` without
 * quoting them, and what is shown must be what was meant.
 */
import {defaults, Lexer, Tokenizer, type Tokens} from 'marked'

/** What a path or a name in code goes on with, before the mark or after it. */
const BEFORE = /[\w/\\.~$@*-]$/
const AFTER = /^(?:[\w/\\*]|\.\w)/
const DUNDER = /^__[A-Za-z]\w*__$/

class ProseTokenizer extends Tokenizer {
  override emStrong(src: string, masked: string, previous = ''): Tokens.Em | Tokens.Strong | undefined {
    const found = super.emStrong(src, masked, previous)
    return found && !isCode(found, previous, src.slice(found.raw.length)) ? found : undefined
  }
}

function isCode({raw, text}: Tokens.Em | Tokens.Strong, before: string, after: string): boolean {
  const edge = /^[/.]|\/$/.test(text)
  // In “**GET**/**POST**” the slash is between two words.
  const between = raw.startsWith('**') && !edge
  const joined = (mark: string, pattern: RegExp) => pattern.test(mark) && !(between && mark === '/')
  return joined(before.slice(-1), BEFORE) || joined(after.startsWith('/') ? '/' : after, AFTER) || (edge && /\s/.test(text)) || DUNDER.test(raw)
}

/** A lexer of Markdown that is mostly about code. */
export function proseLexer(): Lexer {
  return new Lexer({...defaults, tokenizer: new ProseTokenizer()})
}

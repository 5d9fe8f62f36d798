/** What was heard, as something for the page: a command, a refusal, an end. Whole phrases only. */
import {COMMANDS, LANGUAGES, type CommandName, type SpokenLanguage} from './phrases'

export interface Command {
  name: CommandName
  /** What was named, as it was heard; '' if nothing was. */
  rest: string
}

/** Milliseconds. */
const AT_ONCE = 250
/** "Stop" may be the beginning of "stop the server". */
const NEARLY = 800
const USUAL = 1200
const OPEN = 2500
/** While the recogniser may still change its mind. */
const UNSURE = 1500
/** Words of a short answer at most. */
const SHORT = 3

/** The words of *text*, as the tables have them. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’‘ʼ`]/g, "'")
    .replace(/(?<=[\p{L}\p{N}])-(?=[\p{L}\p{N}])/gu, ' ')
    .replace(/[^\p{L}\p{N}\p{M}' ]+/gu, ' ')
    .split(/\s+/)
    .filter(Boolean)
}

/** The command that *text* is, from its first word to its last; null if it is none. */
export function commandOf(text: string, language = 'en'): Command | null {
  for (const {commands, polite} of tables(language)) {
    const words = withoutPolite(wordsOf(text), polite)
    for (const name of COMMANDS) {
      for (const phrase of commands[name] ?? []) {
        const rest = fits(words, phrase)
        if (rest !== null) return {name, rest}
      }
    }
  }
  return null
}

/** Whether *text* refuses, and says nothing else. */
export function isDenial(text: string, language = 'en'): boolean {
  return tables(language).some(({deny, polite}) => {
    const said = withoutPolite(wordsOf(text), polite).join(' ')
    return deny.some(phrase => phrase === said || phrase === wordsOf(text).join(' '))
  })
}

/** *text* without the words that only send it, and whether there were any. */
export function withoutSending(text: string, language = 'en'): {text: string; sent: boolean} {
  for (const {send} of tables(language)) {
    for (const phrase of send) {
      const tail = new RegExp(String.raw`(?:^|[\s,.;:!?])${phrase}[\s.!]*$`, 'iu').exec(text)
      const before = tail && text.slice(0, tail.index).trim()
      if (before) return {text: before, sent: true}
    }
  }
  return {text, sent: false}
}

/** How long to wait for more: not at all after a command or a short answer, longest after an open one. */
export function patience(text: string, sure: boolean, language = 'en'): number {
  if (commandOf(text, language) || withoutSending(text, language).sent) return sure ? AT_ONCE : NEARLY
  const words = wordsOf(text)
  const last = words.at(-1) ?? ''
  if (tables(language).some(({open}) => open.includes(last)) || /[,…]\s*$/.test(text)) return OPEN
  if (!sure) return UNSURE
  return words.length <= SHORT ? AT_ONCE : USUAL
}

/** Whether *heard* is only what Janus has just said itself. */
export function isEcho(heard: string, said: readonly string[], least = 4): boolean {
  const words = wordsOf(heard)
  // Of fewer words one cannot tell, unless they were said right then: they may well be the answer.
  if (words.length < least) return false
  return ` ${said.flatMap(wordsOf).join(' ')} `.includes(` ${words.join(' ')} `)
}

/** The one that was meant: all of its words, or the most of them. Several that fit alike are several. */
export function named<T>(rest: string, all: readonly T[], nameOf: (one: T) => string): T[] {
  const wanted = wordsOf(rest)
  if (!wanted.length) return []
  const score = (one: T): number => {
    const name = wordsOf(nameOf(one))
    if (name.join(' ') === wanted.join(' ')) return 3
    if (name.join('') === wanted.join('')) return 2
    const common = wanted.filter(word => name.includes(word)).length
    return common * 2 > wanted.length ? common / Math.max(name.length, wanted.length) : 0
  }
  const scored = all.map(one => ({one, value: score(one)}))
  const best = Math.max(0, ...scored.map(({value}) => value))
  return best ? scored.filter(({value}) => value === best).map(({one}) => one) : []
}

function tables(language: string): SpokenLanguage[] {
  const own = LANGUAGES[language.slice(0, 2).toLowerCase()]
  return own && own !== LANGUAGES['en'] ? [own, LANGUAGES['en']!] : [LANGUAGES['en']!]
}

/** What stands for the `*` of a phrase; null if it does not fit. */
function fits(words: string[], phrase: string): string | null {
  const wanted = phrase.split(' ')
  const open = wanted.at(-1) === '*'
  if (open) wanted.pop()
  const head = words.slice(0, wanted.length)
  if (head.join(' ') !== wanted.join(' ')) return null
  const rest = words.slice(wanted.length)
  return open === rest.length > 0 ? rest.join(' ') : null
}

function withoutPolite(words: string[], polite: string[]): string[] {
  let left = words
  for (let again = true; again; ) {
    again = false
    for (const phrase of polite) {
      const said = phrase.split(' ')
      if (left.length <= said.length) continue
      if (left.slice(0, said.length).join(' ') === phrase) [left, again] = [left.slice(said.length), true]
      else if (left.slice(-said.length).join(' ') === phrase) [left, again] = [left.slice(0, -said.length), true]
    }
  }
  return left
}

/** Where one utterance ends and the next begins. */

/** Characters; longer utterances break off on some phones, and none can be stopped in the middle. */
export const LONGEST = 200

/** Abbreviations after which a full stop ends no sentence; nor does it after an initial, except that "I" is a word. */
const NEVER = /(?:^|[\s("'[])(?:e\.g|i\.e|cf|vs|mr|mrs|ms|dr|prof|approx|resp|incl|z\.b|d\.h|bzw|ca|st|(?!i)\p{L})\.$/iu
/** A file name in words ends in single letters, which are no initials: "cart dot p y." */
const SPELLED = / dot(?: \p{L})+\.$/u
/** Abbreviations after which it ends no sentence if a number follows. */
const NUMBERED = /(?:^|[\s("'[])(?:no|nr|fig|p|pp|sec|vol|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$/i
const END = /(?:[.!?…]+["'”’»)\]*_]*(?=\s|$))|[。！？｡؟।॥]+["'”’»」』）]*|\n+/gu

/** The sentences of one block of text. The last one may be incomplete. */
export function sentences(text: string): string[] {
  const found: string[] = []
  let start = 0
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length
    const sentence = text.slice(start, end)
    if (match[0].startsWith('.') && isInside(sentence, text.slice(end))) continue
    found.push(sentence)
    start = end
  }
  found.push(text.slice(start))
  return found.map((sentence) => sentence.replace(/\s+/g, ' ').trim()).filter(Boolean)
}

/** Whether a full stop belongs to an abbreviation, or to a number at the start of the sentence. */
function isInside(before: string, after: string): boolean {
  if (!after.trim()) return false
  return /^\s*\d+\.$/.test(before) || (NEVER.test(before) && !SPELLED.test(before)) || (NUMBERED.test(before) && /^\s*\d/.test(after)) || /^\s*\p{Ll}/u.test(after)
}

/** A sentence in pieces of at most *longest* characters, cut where a speaker would pause. */
export function utterances(sentence: string, longest = LONGEST): string[] {
  const pieces: string[] = []
  let rest = sentence.trim()
  while (rest.length > longest) {
    const end = breath(rest, longest)
    pieces.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trim()
  }
  if (rest) pieces.push(rest)
  return pieces
}

/** The last good place for a cut: after a clause, else after a word, else anywhere but inside a character. */
function breath(text: string, longest: number): number {
  const head = text.slice(0, longest)
  for (const border of [/[;:–—](?=\s)|[；：]/gu, /,(?=\s)|[，、،]/gu, /\s(?=(?:and|or|but|because|which|und|oder|aber|et|ou|y|o)\s)/giu, /\s/gu]) {
    const last = [...head.matchAll(border)].at(-1)
    // A very early cut would leave a fragment.
    if (last && last.index > longest / 4) return last.index + 1
  }
  return /[\ud800-\udbff]$/.test(head) ? longest - 1 : longest
}

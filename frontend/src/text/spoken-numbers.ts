/** Numbers, units and ids in prose as words that one can say back. */

const UNITS: Record<string, [one: string, more: string]> = {
  ms: ['millisecond', 'milliseconds'],
  µs: ['microsecond', 'microseconds'],
  s: ['second', 'seconds'],
  min: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  kb: ['kilobyte', 'kilobytes'],
  mb: ['megabyte', 'megabytes'],
  gb: ['gigabyte', 'gigabytes'],
  kib: ['kibibyte', 'kibibytes'],
  mib: ['mebibyte', 'mebibytes'],
  gib: ['gibibyte', 'gibibytes'],
}
const UNIT = new RegExp(String.raw`(?<![\w.])(\d[\d.,]*) ?(${Object.keys(UNITS).join('|')})(?![\w/])`, 'gi')
const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi
/** Both letters and digits: a word of letters alone may be one, and a number is said as a number. */
const HASH = /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b/g
/** So many characters of a hash are said: as many as people remember. */
const SHORT = 7

const SIGNS: [RegExp, string][] = [
  [/(?<![\w#&])#(?=\d)/g, 'number '],
  [/(?<=\b(?:about|around|roughly) )[~≈](?=\d)/gi, ''],
  [/(?<=^|[\s(])[~≈](?=\d)/g, 'about '],
  [/ ?±(?= ?\d)/g, ' plus or minus '],
  [/ ?(?:>=|≥)(?= ?\d)/g, ' at least '],
  [/ ?(?:<=|≤)(?= ?\d)/g, ' at most '],
  [/(?<=^|[\s(])\+(?=\d)/g, 'plus '],
  [/(?<=^|[\s(])[-−](?=\d)/g, 'minus '],
  [/(?<=\d)(?: ?[–—] ?|-)(?=\d+\b(?!-|\.\d))(?<!\d-\d+-)/g, ' to '],
  [/(?<=\d) ?× ?(?=\d)/g, ' by '],
  [/(?<=\d)×/g, ' times'],
  [/ ?≠ ?/g, ' is not '],
  [/(?<=\s)&(?=\s)/g, 'and'],
]

/** A commit's id in letters and digits, as far as anybody remembers them. */
export function sayHashes(text: string): string {
  return text.replace(HASH, sayHash)
}

/** A sentence with its numbers in words, as far as voices say them wrongly. */
export function sayNumbers(text: string): string {
  let said = text
    .replace(UUID, 'an id')
    .replace(HASH, sayHash)
    .replace(UNIT, (_, count: string, unit: string) => `${count} ${UNITS[unit.toLowerCase()]![count === '1' ? 0 : 1]}`)
  for (const [sign, words] of SIGNS) said = said.replace(sign, words)
  return said
}

function sayHash(hash: string): string {
  return [...hash.slice(0, SHORT)].join(' ')
}

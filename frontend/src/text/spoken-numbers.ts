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
  tb: ['terabyte', 'terabytes'],
  tib: ['tebibyte', 'tebibytes'],
  kbit: ['kilobit', 'kilobits'],
  mbit: ['megabit', 'megabits'],
  gbit: ['gigabit', 'gigabits'],
  ns: ['nanosecond', 'nanoseconds'],
  hz: ['hertz', 'hertz'],
  khz: ['kilohertz', 'kilohertz'],
  mhz: ['megahertz', 'megahertz'],
  ghz: ['gigahertz', 'gigahertz'],
  px: ['pixel', 'pixels'],
  '°c': ['degree Celsius', 'degrees Celsius'],
  '°f': ['degree Fahrenheit', 'degrees Fahrenheit'],
}
/** Those that are other words in German. */
const GERMAN: typeof UNITS = {
  ms: ['Millisekunde', 'Millisekunden'],
  µs: ['Mikrosekunde', 'Mikrosekunden'],
  ns: ['Nanosekunde', 'Nanosekunden'],
  s: ['Sekunde', 'Sekunden'],
  min: ['Minute', 'Minuten'],
  h: ['Stunde', 'Stunden'],
  ...Object.fromEntries(['kilo', 'mega', 'giga', 'tera'].flatMap(size => {
    const name = `${size[0]!.toUpperCase()}${size.slice(1)}`
    return [[`${size[0]}b`, [`${name}byte`, `${name}byte`]], [`${size[0]}bit`, [`${name}bit`, `${name}bit`]]]
  })),
  '°c': ['Grad Celsius', 'Grad Celsius'],
}
/** Words by which a sentence is German, and no other language. */
const IS_GERMAN = /(?<!\p{L})(?:[Dd]er|[Dd]as|[Uu]nd|ist|sind|nicht|[Ee]ine?|einen|wird|wurde|läuft|dauert|[Ff]ür|[Aa]uf|[Ii]ch|[Aa]uch|[Nn]ach|[Jj]etzt|[Ff]ertig)(?!\p{L})/u
const COUNT = String.raw`(?<![\w.])(\d[\d.,]*) ?`
const UNIT = new RegExp(String.raw`${COUNT}(${Object.keys(UNITS).join('|')})(/s(?!\w))?(?![\w/])`, 'gi')
/** Minutes are "m" beside hours or seconds, and may be metres alone. */
const DURATION = new RegExp(String.raw`(?<![\w.])(\d+) ?(d|h|m|min) ?(?=\d+ ?(?:h|m|min|s)(?!\w))|(?<=\d ?(?:d|h) ?)(\d+) ?m(?![\w/])`, 'g')
/** Digits in groups, as programs have them. */
const GROUPED = /(?<![\w.])\d{1,3}(?:_\d{3})+(?!\w)/g
const MOMENT = /\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z\b|[+-]\d\d:?\d\d\b)?/g
/** What is meant for machines: long, of letters small and large, and of digits. */
const SECRET = /(?<![\w.])(?=(?:[A-Za-z_.-]*\d){3})(?=[\w.-]*[a-z])(?=[\w.-]*[A-Z])[A-Za-z]*[_-]?[A-Za-z\d]{20}[\w.-]*\w/g
const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi
/** Both letters and digits: a word of letters alone may be one, and a number is said as a number. */
const HASH = /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b/g
/** A range of commits. */
const HASHES = /\b([0-9a-f]{7,40})\.{2,3}(?=[0-9a-f]{7,40}\b)/g
/** So many characters of a hash are said: as many as people remember. */
const SHORT = 7

const SIGNS: [RegExp, string][] = [
  [/(?<![\w#&])#(?=\d)/g, 'number '],
  [/(?<=\b(?:about|around|roughly) )[~≈](?=\d)/gi, ''],
  [/(?<=^|[\s(])[~≈](?=\d)/g, 'about '],
  [/ ?±(?= ?\d)/g, ' plus or minus '],
  [/ ?(?:>=|≥)(?= ?\d)/g, ' at least '],
  [/ ?(?:<=|≤)(?= ?\d)/g, ' at most '],
  [/(?<=^|[\s(])\+(\d+) ?\/ ?[-−](?=\d)/g, 'plus $1, minus '],
  [/(?<=^|[\s(])\+(?=\d)/g, 'plus '],
  [/(?<=^|[\s(])[-−](?=\d)/g, 'minus '],
  [/(?<=\d)(?: ?[–—] ?|-)(?=\d+\b(?!-|\.\d))(?<!\d-\d+-)/g, ' to '],
  [/(?<=\d) ?× ?(?=\d)/g, ' by '],
  [/(?<=\d)×/g, ' times'],
  [/ ?≠ ?/g, ' is not '],
  [/(?<=\d) ?÷ ?(?=\d)/g, ' divided by '],
  [/(?<=\s)&(?=\s)/g, 'and'],
]

/** Ids: a commit's in letters and digits, as far as anybody remembers them. */
export function sayIds(text: string): string {
  return text.replace(UUID, 'an id').replace(SECRET, 'a long id').replace(HASHES, '$1 to ').replace(HASH, sayHash)
}

/** A sentence with its numbers in words, as far as voices say them wrongly. */
export function sayNumbers(text: string): string {
  let said = sayUnits(
    sayIds(text).replace(MOMENT, (_, day: string, time: string, zone = '') => `${day} at ${time}${zone === 'Z' ? ' UTC' : zone}`),
  )
  for (const [sign, words] of SIGNS) said = said.replace(sign, words)
  return said
}

/** Counts with their units in words: of times, sizes and the like. */
export function sayUnits(text: string): string {
  const german = IS_GERMAN.test(text)
  const say = (count: string, unit: string) => {
    const [one, more] = (german ? GERMAN[unit] : undefined) ?? UNITS[unit]!
    return `${count} ${count === '1' ? one : more}`
  }
  return text
    .replace(GROUPED, digits => digits.replaceAll('_', ''))
    .replace(DURATION, (_, count: string | undefined, unit: string, minutes: string) =>
      unit === 'd' ? `${count} ${german ? (count === '1' ? 'Tag' : 'Tage') : count === '1' ? 'day' : 'days'} ` : `${say(count ?? minutes, unit === 'h' ? 'h' : 'min')}${count ? ' ' : ''}`)
    .replace(UNIT, (_, count: string, unit: string, rate?: string) => `${say(count, unit.toLowerCase())}${rate ? (german ? ' pro Sekunde' : ' per second') : ''}`)
}

function sayHash(hash: string): string {
  return [...hash.slice(0, SHORT)].join(' ')
}

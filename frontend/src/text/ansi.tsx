/** Terminal output as text with classes. Colours are kept; all other control sequences are dropped. */

export interface AnsiSpan {
  text: string
  /** Space-separated: `ansi-bold`, `ansi-red`, `ansi-bg-blue` … */
  classes: string
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const STYLES: Record<number, string> = {1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'strike'}
/** The styles that each of these codes ends. */
const ENDS: Record<number, string[]> = {22: ['bold', 'dim'], 23: ['italic'], 24: ['underline'], 27: ['inverse'], 29: ['strike']}

/** Strings for the terminal itself (titles, links), other sequences, and those cut off at the end of a chunk. */
const NOISE = /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|(?:\u001b\[|\u009b)[\d;:<=>?]*[ -/]*(?:[@-~]|$)|\u001b[ -/]*(?:[0-~]|$)/g
const SGR = /(?:\u001b\[|\u009b)([\d;:]*)m/g
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/** Terminal output with its colours. */
export function TerminalText({text}: {text: string}) {
  return <>{ansiSpans(text).map(({text: piece, classes}, index) => (classes ? <span key={index} class={classes}>{piece}</span> : piece))}</>
}

/** The text alone. */
export function stripAnsi(text: string): string {
  return ansiSpans(text).map((span) => span.text).join('')
}

export function ansiSpans(text: string): AnsiSpan[] {
  const spans: AnsiSpan[] = []
  const styles = new Set<string>()
  const colours = {fg: '', bg: ''}
  let start = 0
  const add = (piece: string) => {
    const plain = piece.replace(NOISE, '').replace(CONTROLS, '')
    if (!plain) return
    const classes = [...styles, colours.fg, colours.bg].filter(Boolean).map((name) => `ansi-${name}`).join(' ')
    const last = spans.at(-1)
    if (last?.classes === classes) last.text += plain
    else spans.push({text: plain, classes})
  }
  const source = overwritten(text)
  for (const match of source.matchAll(SGR)) {
    add(source.slice(start, match.index))
    start = match.index + match[0].length
    apply(match[1]!.split(/[;:]/).map(Number), styles, colours)
  }
  add(source.slice(start))
  return spans
}

/** Progress bars overwrite themselves: keep what was last written of each line, with its colours. */
function overwritten(text: string): string {
  if (!text.includes('\r')) return text
  return text
    .split('\n')
    .map((line) => {
      const passes = line.replace(/\r+$/, '').split('\r')
      const last = passes.pop()!
      return passes.map((pass) => pass.match(SGR)?.join('') ?? '').join('') + last
    })
    .join('\n')
}

function apply(codes: number[], styles: Set<string>, colours: {fg: string; bg: string}): void {
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    if (code === 0) {
      styles.clear()
      colours.fg = colours.bg = ''
    } else if (STYLES[code]) styles.add(STYLES[code])
    else if (ENDS[code]) ENDS[code].forEach((style) => styles.delete(style))
    else if (code === 39) colours.fg = ''
    else if (code === 49) colours.bg = ''
    else if (code === 38 || code === 48) {
      const indexed = codes[at + 1] === 5
      const name = indexed ? indexedColour(codes[at + 2] ?? 0) : nearest(codes.slice(at + 2, at + 5))
      if (code === 38) colours.fg = name
      else colours.bg = `bg-${name}`
      at += indexed ? 2 : 4
    } else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) colours.fg = COLOURS[code % 10]!
    else if ((code >= 40 && code < 48) || (code >= 100 && code < 108)) colours.bg = `bg-${COLOURS[code % 10]}`
  }
}

/** One of 256 colours: the palette, a cube of 6 × 6 × 6, greys. */
function indexedColour(index: number): string {
  if (index < 16) return COLOURS[index % 8]!
  if (index > 231) return nearest(Array<number>(3).fill((index - 232) * 10 + 8))
  const cube = index - 16
  return nearest([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((part) => part * 51))
}

/** The nearest of the page's eight colours, which are readable on both of its backgrounds. */
function nearest([red = 0, green = 0, blue = 0]: number[]): string {
  const most = Math.max(red, green, blue)
  const bit = (part: number, value: number) => (most > 40 && part > most * 0.6 ? value : 0)
  return COLOURS[bit(red, 1) | bit(green, 2) | bit(blue, 4)]!
}

import {CodeBlock} from './code-block'

type Part = string | {code: string; lang: string}

/** Text as it was typed, with the code in it between complete fences drawn as code. */
export function Fenced({text}: {text: string}) {
  return (
    <>
      {fencedParts(text).map((part, index) =>
        typeof part === 'string' ? <p key={index} dir="auto">{part}</p> : <CodeBlock key={index} {...part} done />,
      )}
    </>
  )
}

/** What is between the fences of a text, and around them without the blank lines there. */
export function fencedParts(text: string): Part[] {
  const lines = text.split(/\r\n?|\n/)
  const parts: Part[] = []
  let [from, opening, fence, lang] = [0, 0, '', '']
  const prose = (end: number) => {
    const said = lines.slice(from, end).join('\n').replace(/^(?:[ \t]*\n)+|\s+$/g, '')
    if (said) parts.push(said)
  }
  for (const [at, line] of lines.entries()) {
    const [, sign = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (!fence && sign && !(sign[0] === '`' && info.includes('`'))) {
      ;[opening, fence, lang] = [at, sign, info.trim()]
    } else if (fence && sign.startsWith(fence) && !info.trim()) {
      prose(opening)
      parts.push({code: lines.slice(opening + 1, at).join('\n'), lang})
      ;[from, fence] = [at + 1, '']
    }
  }
  if (!parts.length) return [text]
  prose(lines.length)
  return parts
}

/**
 * An agent's Markdown as elements. Neither this file nor what it uses ever parses HTML: tokens become vnodes,
 * and unknown ones become text. Import it lazily: it brings the Markdown lexer along.
 */
import type {Token, Tokens} from 'marked'
import {Component, Fragment, type ComponentChildren, type VNode} from 'preact'
import {useRef} from 'preact/hooks'
import {CodeBlock} from './code-block'
import {decodeEntities} from './entities'
import {directionOf} from './direction'
import {safeHref} from './links'
import {PathCode} from './path-link'
import {GROUP, MarkdownStream, openFence} from './markdown-stream'

export {MarkdownStream}

/** Deeper nesting is shown as source text. */
const DEEPEST = 24

interface MarkdownProps {
  text: string
  /** Whether more text will follow. */
  streaming?: boolean
}

export function Markdown({text, streaming = false}: MarkdownProps) {
  const ref = useRef<MarkdownStream>(undefined)
  const stream = (ref.current ??= new MarkdownStream())
  stream.set(text, !streaming)
  const {generation, finished} = stream
  return (
    <div class="md" aria-busy={streaming}>
      {grouped(stream).map((group, index) => (
        <Group key={index} {...group} generation={generation} done={finished} />
      ))}
    </div>
  )
}

interface Blocks {
  tokens: Token[]
  /** How many of them are frozen. */
  frozen: number
}

/** All blocks, each in the group it will stay in: an element that changes its parent is created anew. */
function grouped(stream: MarkdownStream): Blocks[] {
  const all: Blocks[] = stream.groups.map((tokens) => ({tokens, frozen: tokens.length}))
  for (const token of withRest(stream)) {
    if (token.type === 'space') continue
    const last = all.at(-1)
    if (last && last.tokens.length < GROUP) all[all.length - 1] = {...last, tokens: [...last.tokens, token]}
    else all.push({tokens: [token], frozen: 0})
  }
  return all
}

/** The open blocks, with the text that has not been lexed yet where it most likely belongs. */
function withRest({open, rest}: MarkdownStream): Token[] {
  if (!rest) return open
  const last = open.at(-1)
  if (last && openFence(last)) {
    const line = last.raw.endsWith('\n') ? '\n' : ''
    return [...open.slice(0, -1), {...last, raw: last.raw + rest, text: (last as Tokens.Code).text + line + rest}]
  }
  return [...open, {type: 'text', raw: rest, text: rest, escaped: true}]
}

class Group extends Component<Blocks & {generation: number; done: boolean}> {
  override shouldComponentUpdate(next: Group['props']) {
    const {tokens, generation, done} = this.props
    return next.tokens !== tokens || next.generation !== generation || next.done !== done
  }
  override render() {
    const {tokens, frozen, generation, done} = this.props
    return (
      <div class="md-part">
        {tokens.map((token, index) => (
          <Block key={index} token={token} done={done || index < frozen} generation={generation} />
        ))}
      </div>
    )
  }
}

interface BlockProps {
  token: Token
  done: boolean
  generation: number
  depth?: number
}

/** Drawn again only if its source or the addresses of links have changed. */
class Block extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps) {
    const {token, done, generation} = this.props
    return (
      next.generation !== generation ||
      (next.token !== token && (next.token.raw !== token.raw || next.token.type !== token.type)) ||
      (next.done !== done && token.type === 'code')
    )
  }
  override render() {
    return drawBlock(this.props.token as Tokens.Generic, this.props)
  }
}

type Place = Omit<BlockProps, 'token'>

function drawBlocks(tokens: Token[], place: Place): VNode[] {
  const depth = (place.depth ?? 0) + 1
  return tokens.map((token, index) => <Block key={index} {...place} token={token} depth={depth} />)
}

function drawBlock(token: Tokens.Generic, place: Place): ComponentChildren {
  if ((place.depth ?? 0) > DEEPEST) return token.raw
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'paragraph':
      return <p dir="auto">{inline(token.tokens!)}</p>
    case 'heading': {
      // The page has its own h1 and h2.
      const Heading = `h${Math.min(6, token['depth'] + 2)}` as 'h3'
      return <Heading dir="auto">{inline(token.tokens!)}</Heading>
    }
    case 'code':
      return <CodeBlock code={token['text']} lang={token['lang'] ?? ''} done={place.done} />
    case 'blockquote':
      return <blockquote dir={directionOf(token.raw)}>{drawBlocks(token.tokens!, place)}</blockquote>
    case 'list':
      return drawList(token as Tokens.List, place)
    case 'list_item':
      return <li class={token['task'] ? 'task' : undefined} dir={directionOf(token.raw)}>{drawBlocks(token.tokens!, place)}</li>
    case 'table':
      return drawTable(token as Tokens.Table)
    case 'hr':
      return <hr />
    case 'html':
      return /\S/.test(token.raw) ? <p class="md-html" dir="auto">{token.raw.trim()}</p> : null
    default: {
      // A line of a tight list, or text at the top level that has not been lexed yet.
      const content = inline([token])
      return place.depth ? <span dir="auto">{content}</span> : <p class="md-rest" dir="auto">{content}</p>
    }
  }
}

function drawList(list: Tokens.List, place: Place): VNode {
  const items = drawBlocks(list.items, place)
  const dir = directionOf(list.raw)
  if (!list.ordered) return <ul dir={dir}>{items}</ul>
  return <ol dir={dir} start={list.start === 1 || list.start === '' ? undefined : list.start}>{items}</ol>
}

function drawTable({header, rows, align, raw}: Tokens.Table): VNode {
  const cells = (row: Tokens.TableCell[], Cell: 'th' | 'td') =>
    row.map((cell, index) => (
      <Cell key={index} dir="auto" data-align={align[index] ?? undefined} scope={Cell === 'th' ? 'col' : undefined}>
        {inline(cell.tokens)}
      </Cell>
    ))
  const columns = header.map((cell) => plain(cell.tokens)).filter(Boolean).join(', ')
  return (
    // Focusable, so that a keyboard can scroll a table wider than the screen.
    <section class="md-table" aria-label={columns ? `Table: ${columns}` : 'Table'} tabIndex={0}>
      <table dir={directionOf(raw)}>
        <thead><tr>{cells(header, 'th')}</tr></thead>
        <tbody>{rows.map((row, index) => <tr key={index}>{cells(row, 'td')}</tr>)}</tbody>
      </table>
    </section>
  )
}

function inline(tokens: Token[], depth = 0): ComponentChildren {
  return tokens.map((token, index) => <Fragment key={index}>{drawInline(token as Tokens.Generic, depth)}</Fragment>)
}

function drawInline(token: Tokens.Generic, depth: number): ComponentChildren {
  if (depth > DEEPEST) return token.raw
  const inside = () => inline(token.tokens ?? [], depth + 1)
  switch (token.type) {
    case 'text':
      if (token.tokens) return inside()
      return token['escaped'] ? token['text'] : decodeEntities(token['text'])
    case 'escape':
      return token['text']
    case 'strong':
      return <strong>{inside()}</strong>
    case 'em':
      return <em>{inside()}</em>
    case 'del':
      return <del>{inside()}</del>
    case 'codespan':
      return <PathCode text={token['text']} />
    case 'br':
      return <br />
    case 'checkbox':
      return <input type="checkbox" disabled checked={token['checked']} aria-label={token['checked'] ? 'Done' : 'To do'} />
    case 'link':
      return drawLink(token as Tokens.Link, token['autolink'] ? token['text'] : inside())
    case 'image':
      // Fetching it would tell its server who is reading, and whatever an agent was tricked into putting in the address.
      return drawLink(token as Tokens.Image, `Image: ${plain(token.tokens ?? []) || 'no description'}`)
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : token.raw
    default:
      return token.raw
  }
}

/** An address that is not allowed is shown as text beside the link's words, so that nothing is hidden. */
function drawLink(link: Tokens.Link | Tokens.Image, text: ComponentChildren): ComponentChildren {
  const href = safeHref(link.href)
  if (href) return <a href={href} target="_blank" rel="noreferrer noopener">{text}</a>
  if (link.text === link.href) return text
  return <>{text} <span class="md-target"><PathCode text={link.href} /></span></>
}

/** The words alone. */
function plain(tokens: Token[]): string {
  const words = (tokens as Tokens.Generic[]).map(({tokens, text}) => (tokens ? plain(tokens) : decodeEntities(text ?? '')))
  return words.join('').trim()
}

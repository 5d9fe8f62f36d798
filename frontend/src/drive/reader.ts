/**
 * What of an answer is said, and when. An answer is said while it grows, up to a portion; the rest
 * waits for "more". One that is there already, and is long, begins with "in short". Nothing is
 * said twice, whatever the connection does: each message remembers how far it was read.
 */
import type {Message, ToolCall} from '../lib/types'
import {SentenceCutter} from '../text/speakable'
import {wordsOf} from './commands'
import {says} from './strings'

/** Words that are said unasked, of one answer: half a minute. And those of "in short". */
export const PORTION = 70
const SHORT = 30

interface Reading {
  cutter: SentenceCutter
  /** Characters that were given to it. */
  given: number
  /** Words that were said. */
  words: number
  /** Sentences that wait for "more". */
  left: string[]
  done: boolean
}

export class Reader {
  readonly #readings = new Map<string, Reading>()
  #newest = ''

  /** What has been there before is not read. */
  skip(messages: readonly Message[]): void {
    for (const {id, content, is_streaming: growing} of messages) if (!growing) this.#readings.set(id, {...fresh(), given: content.length, done: true})
  }

  /** The sentences that are to be said now, for the first time. */
  take(messages: readonly Message[], stopLine: (reason: string | null) => string): string[] {
    return messages.flatMap(message => (message.sender === 'user' ? [] : this.#read(message, stopLine)))
  }

  /** The next portion of the newest answer; empty if all was said. */
  more(): string[] {
    const reading = this.#readings.get(this.#newest)
    if (!reading) return []
    const portion = take(reading.left, PORTION)
    if (reading.left.length && portion.length) return [...portion, says.thereIsMore(reading.left.length)]
    return portion
  }

  /** An answer that is not new, in short; the rest of it waits for "more". */
  again({id, content}: Message): string[] {
    const cutter = new SentenceCutter()
    const all = [...cutter.push(content), ...cutter.flush()]
    this.#newest = id
    const reading = {...fresh(), given: content.length, left: all, done: true}
    this.#readings.set(id, reading)
    return this.#begin(reading)
  }

  #read(message: Message, stopLine: (reason: string | null) => string): string[] {
    const {id, content, is_streaming: growing, stop_reason: reason} = message
    const known = this.#readings.get(id)
    if (known?.done && content.length <= known.given) return []
    const reading = known ?? fresh()
    this.#readings.set(id, reading)
    this.#newest = id
    const sentences = reading.cutter.push(content.slice(reading.given))
    reading.given = Math.max(reading.given, content.length)
    if (!growing) sentences.push(...reading.cutter.flush())
    const whole = !growing && reading.words === 0 && !reading.left.length
    reading.left.push(...sentences)
    const said = whole ? this.#begin(reading) : take(reading.left, PORTION - reading.words)
    if (!whole) reading.words += count(said)
    if (growing) return said
    reading.done = true
    const stopped = stopLine(reason)
    return [
      ...said,
      ...(reading.left.length && !whole ? [says.thereIsMore(reading.left.length)] : []),
      ...(stopped ? [`${stopped}.`] : []),
    ]
  }

  /** The beginning of something that is all there. */
  #begin(reading: Reading): string[] {
    if (count(reading.left) <= PORTION) return reading.left.splice(0)
    const [first = '', ...others] = take(reading.left, SHORT)
    return [says.inShort(first), ...others, says.thereIsMore(reading.left.length)]
  }
}

/** A reader for each session: who comes back to one hears nothing twice. */
export class Readers {
  readonly #all = new Map<string, Reader>()

  has(sessionId: string): boolean {
    return this.#all.has(sessionId)
  }

  of(sessionId: string): Reader {
    const reader = this.#all.get(sessionId) ?? new Reader()
    this.#all.set(sessionId, reader)
    return reader
  }
}

/** Steps as one clause: "reading three files, and running npm test". */
export function clauseOf(calls: readonly ToolCall[], say: (call: ToolCall) => string): string {
  const counts = new Map<string, ToolCall[]>()
  for (const call of calls) counts.set(call.kind, [...(counts.get(call.kind) ?? []), call])
  const parts = [...counts].map(([kind, some]) =>
    some.length > 1 || kind === 'read' || kind === 'search' ? says.steps(kind, some.length) : says.step(kind, say(some[0]!)),
  )
  const last = parts.pop() ?? ''
  return parts.length ? `${parts.join(', ')}, ${says.and} ${last}` : last
}

/** Whole sentences from the front of *left*, of about *words* words; one at least, if any may be said. */
function take(left: string[], words: number): string[] {
  const taken: string[] = []
  for (let room = words; room > 0 && left.length; ) {
    const next = left.shift()!
    taken.push(next)
    room -= count([next])
  }
  return taken
}

function count(sentences: readonly string[]): number {
  return sentences.reduce((sum, sentence) => sum + wordsOf(sentence).length, 0)
}

function fresh(): Reading {
  return {cutter: new SentenceCutter(), given: 0, words: 0, left: [], done: false}
}

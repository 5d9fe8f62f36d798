/** What a tool printed, or how it changed a file. */

import {useState} from 'preact/hooks'

import type {ToolCall} from '../../lib/types'
import {TerminalText} from '../../text/ansi'
import {words} from '../strings'
import {changeOf} from './tools'

/** Lines shown before “Show all”. */
const MOST = 40

export function ToolOutput({call}: {call: ToolCall}) {
  const [all, setAll] = useState(false)
  const change = changeOf(call)
  const lines: readonly unknown[] = change?.lines ?? (call.output ?? '').trimEnd().split('\n')
  const short = !all && lines.length > MOST
  return (
    <div class="output">
      {/* Focusable and named, so that a keyboard can scroll it. */}
      <div class="output-text" dir="ltr" role="group" aria-label={words.output} tabIndex={0} translate={false}>
        {change ? (
          <ChangedLines lines={short ? change.lines.slice(0, MOST) : change.lines} />
        ) : (
          <pre><TerminalText text={(short ? lines.slice(0, MOST) : lines).join('\n')} /></pre>
        )}
      </div>
      {short && (
        <button type="button" class="plain output-more" onClick={() => setAll(true)}>
          {words.showAll(lines.length)}
        </button>
      )}
    </div>
  )
}

const KINDS = {'+': 'diff-add', '-': 'diff-del', '': 'diff-note'}

/** The lines of a changed file; the signs are text, so that colour is not needed. */
export function ChangedLines({lines}: {lines: {sign: '+' | '-' | ''; text: string}[]}) {
  return (
    <div class="diff">
      {lines.map(({sign, text}, index) => (
        <div key={index} class={`diff-line ${KINDS[sign]}`}>
          <span class="diff-sign">{sign === '-' ? '−' : sign}</span>
          <code>{text || ' '}</code>
        </div>
      ))}
    </div>
  )
}

/** What a tool printed, or how it changed a file. */

import {useEffect, useState} from 'preact/hooks'

import type {ToolCall} from '../../lib/types'
import {TerminalText} from '../../text/ansi'
import {words} from '../strings'
import {Changes} from './changes'
import {changeOf} from './tools'

/** Lines shown before “Show all”. */
const MOST = 40

interface Props {
  call: ToolCall
  picture: (id: string) => Promise<string>
  /** Without “Show all”: who decides has to see it. */
  whole?: boolean
}

export function ToolOutput({call, picture, whole = false}: Props) {
  const [all, setAll] = useState(whole)
  if (call.changes && call.status !== 'failed') return <div class="output"><Changes changes={call.changes} folders={[]} /></div>
  const change = changeOf(call)
  const lines: readonly unknown[] = change?.lines ?? (call.output ?? '').trimEnd().split('\n')
  const short = !all && lines.length > MOST
  return (
    <div class="output">
      {call.images?.map(id => <Picture key={id} id={id} load={picture} />)}
      {/* Focusable and named, so that a keyboard can scroll it. */}
      {call.output?.trim() && <div class="output-text" dir="ltr" role="group" aria-label={words.output} tabIndex={0} translate={false}>
        {change ? (
          <ChangedLines lines={short ? change.lines.slice(0, MOST) : change.lines} />
        ) : (
          <pre><TerminalText text={(short ? lines.slice(0, MOST) : lines).join('\n')} /></pre>
        )}
      </div>}
      {short && (
        <button type="button" class="plain output-more" onClick={() => setAll(true)}>
          {words.showAll(lines.length)}
        </button>
      )}
    </div>
  )
}

function Picture({id, load}: {id: string; load: Props['picture']}) {
  const [src, setSrc] = useState('')
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    load(id).then(setSrc, () => setFailed(true))
  }, [id])
  if (failed) return <p class="output-picture hint">{words.pictureLost}</p>
  if (!src) return <p class="output-picture hint">{words.pictureComes}</p>
  return <img class="output-picture" src={src} alt={words.picture} onError={() => setFailed(true)} />
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

/** A block of code: its language, a Copy button, and lines that scroll sideways inside the block only. */
import {Fragment, type ComponentChildren} from 'preact'
import {useEffect, useRef, useState} from 'preact/hooks'
import {languageName} from './languages'

/** Characters; colouring more than this is noticeable on a phone. */
const MOST = 20_000
const PART = 2000

interface Props {
  code: string
  lang: string
  /** Whether the block is complete; only then is it coloured. */
  done: boolean
}

export function CodeBlock({code, lang, done}: Props) {
  const coloured = useColours(code, lang, done)
  const name = languageName(lang)
  return (
    <div class="code">
      <div class="code-head">
        <span class="code-lang" dir="auto">{name}</span>
        <CopyButton text={code} />
      </div>
      {/* Focusable and named, so that a keyboard can scroll it. */}
      <pre class="code-body" dir="ltr" role="group" aria-label={name ? `${name} code` : 'Code'} tabIndex={0}>
        <code translate={false}>{coloured ?? inParts(code)}</code>
      </pre>
    </div>
  )
}

/** Long code as blocks of lines: while it grows, only the last block is laid out again. */
function inParts(code: string): ComponentChildren {
  if (code.length <= PART) return code
  const parts: ComponentChildren[] = []
  for (let start = 0; start < code.length; ) {
    const end = code.indexOf('\n', start + PART) + 1 || code.length
    parts.push(<span key={start} class="code-part">{code.slice(start, end)}</span>)
    start = end
  }
  return parts
}

/** The code as coloured spans once they are available; null until then. */
function useColours(code: string, lang: string, done: boolean): ComponentChildren {
  const [colours, setColours] = useState<{code: string; nodes: ComponentChildren} | null>(null)
  useEffect(() => {
    if (!done || !lang || code.length > MOST) return
    let wanted = true
    void import('./highlight')
      .then(({highlight}) => highlight(code, lang))
      .then((nodes) => wanted && nodes && setColours({code, nodes: <Fragment>{nodes}</Fragment>}))
      .catch(() => {}) // Offline, the chunk may be missing: the code stays plain.
    return () => {
      wanted = false
    }
  }, [code, lang, done])
  return colours?.code === code ? colours.nodes : null
}

type Outcome = '' | 'Copied' | 'Could not copy'

/** Copies *text* to the clipboard, and shows and announces the outcome. */
export function CopyButton({text}: {text: string}) {
  const [outcome, setOutcome] = useState<Outcome>('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const copy = async () => {
    const worked = await copyText(text)
    setOutcome(worked ? 'Copied' : 'Could not copy')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOutcome(''), 2000)
  }
  return (
    <>
      <button type="button" class="copy" onClick={copy}>{outcome || 'Copy'}</button>
      <output class="visually-hidden">{outcome}</output>
    </>
  )
}

/** Copy text; returns whether that worked. Over plain http there is no clipboard API, only the old command. */
export async function copyText(text: string): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard
  try {
    if (clipboard) {
      await clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused, for example because the page is not focused.
  }
  return copyBySelection(text)
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true // no keyboard flying up on a phone
  area.className = 'visually-hidden'
  document.body.append(area)
  area.focus({preventScroll: true})
  area.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    area.remove()
    if (focused instanceof HTMLElement) focused.focus({preventScroll: true})
  }
}

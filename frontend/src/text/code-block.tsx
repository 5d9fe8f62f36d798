/** A block of code: its file or language, and its lines, which scroll inside the block only; long ones are folded. */
import {Fragment, type ComponentChildren} from 'preact'
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks'
import {opened} from '../lib/back'
import {fileName, languageName} from './languages'

/** Characters; colouring more than this is noticeable on a phone. */
const MOST = 20_000
const PART = 2000
/** Lines from which a block is folded, to about 20 of them: not for one line more. */
const LONG = 25

const SHAPES = {
  wrap: 'M3 6h18M3 12h15a3 3 0 1 1 0 6h-4M16 16l-2 2 2 2M3 18h7',
  full: 'M15 3h6v6M21 3l-7 7M3 21l7-7M9 21H3v-6',
  close: 'M18 6 6 18M6 6l12 12',
}

interface Props {
  code: string
  lang: string
  /** Whether the block is complete; only then is it coloured. */
  done: boolean
}

export function CodeBlock({code, lang, done}: Props) {
  const coloured = useColours(code, lang, done)
  const language = languageName(lang)
  const file = fileName(lang)
  const lines = code.split('\n').length
  // What one has read while it came is not taken away.
  const [folded, setFolded] = useState(done && lines >= LONG)
  const [wrapped, setWrapped] = useState(false)
  const [full, setFull] = useState(false)
  const name = file || language
  const view = (
    // Focusable and named, so that a keyboard can scroll it.
    <pre class="code-body" dir="ltr" role="group" aria-label={name ? `${name}${file ? '' : ' code'}` : 'Code'} tabIndex={0}>
      <code translate={false}>{coloured ?? inParts(code)}</code>
    </pre>
  )
  const buttons = (
    <>
      <Tool shape="wrap" label="Wrap long lines" pressed={wrapped} onClick={() => setWrapped(!wrapped)} />
      {!full && <Tool shape="full" label="Full screen" onClick={() => setFull(true)} />}
      <CopyButton text={code} />
    </>
  )
  return (
    <div class="code" data-wrap={wrapped} data-folded={folded && !full}>
      <div class="code-head">
        {file ? <bdi class="code-file" dir="ltr">{file}</bdi> : <span class="code-lang" dir="auto">{language}</span>}
        {buttons}
      </div>
      {view}
      {folded && <button type="button" class="code-all" onClick={() => setFolded(false)}>{`Show all ${lines} lines`}</button>}
      {full && <Full name={name || 'Code'} wrapped={wrapped} buttons={buttons} onClose={() => setFull(false)}>{view}</Full>}
    </div>
  )
}

/** The code alone on the screen. */
function Full({name, wrapped, buttons, onClose, children}: {name: string; wrapped: boolean; buttons: ComponentChildren; onClose: () => void; children: ComponentChildren}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const from = document.activeElement
    dialog.current?.showModal?.()
    const closed = opened(onClose)
    return () => {
      closed()
      if (from instanceof HTMLElement && from.isConnected) from.focus()
    }
  }, [])
  const close = (event: Event) => {
    event.preventDefault()
    onClose()
  }
  return (
    <dialog ref={dialog} class="code code-full" aria-label={name} data-wrap={wrapped} onCancel={close}>
      <div class="code-head">
        <bdi class="code-file" dir="ltr">{name}</bdi>
        {buttons}
        <Tool shape="close" label="Close" onClick={onClose} />
      </div>
      {children}
    </dialog>
  )
}

function Tool({shape, label, pressed, onClick}: {shape: keyof typeof SHAPES; label: string; pressed?: boolean; onClick: () => void}) {
  return (
    <button type="button" class="code-tool" aria-label={label} title={label} aria-pressed={pressed} onClick={onClick}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={SHAPES[shape]} /></svg>
    </button>
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

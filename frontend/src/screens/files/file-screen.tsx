import '../../style/changes.css'

import {useSignal} from '@preact/signals'
import type {ComponentChild} from 'preact'
import {useEffect, useLayoutEffect, useMemo, useRef} from 'preact/hooks'

import {workPath} from '../../app/route'
import {cameFrom} from '../../app/router'
import type {ChatContext} from '../../chat/state/chat-context'
import type {ApiError} from '../../lib/api'
import type {File} from '../../lib/types'
import {copyText} from '../../text/code-block'
import {Icon} from '../../ui/icon'
import {Failure} from '../../ui/task'
import {Head} from '../changes/head'
import {useKeys} from '../changes/keys'
import {FileName} from '../changes/list'
import {nameOf} from '../changes/order'
import {bytes} from '../changes/strings'
import {linesOf} from './lines'
import {words} from './strings'

/** Characters that are coloured, and lines that are drawn at first. */
const [COLOURED, MANY] = [80_000, 1500]
/** Lines that are laid out together. */
const BLOCK = 100

interface Props {
  chat: ChatContext
  path: string
  line?: number | undefined
}

/** A file of the session's folder as it is now; nothing can be changed in it. */
export function FileScreen({chat, path, line}: Props) {
  const {app, conversation} = chat
  const file = useSignal<File | null>(null)
  const error = useSignal<ApiError | null>(null)
  const meant = useSignal<readonly string[]>([])
  const screen = useRef<HTMLDivElement>(null)
  const id = conversation.sessionId
  // By its name: a second tap, before the browser is there, leads nowhere else.
  const leave = () => app.go(cameFrom() ?? `/s/${id}`)
  useKeys({Escape: leave})

  const load = async () => {
    error.value = null
    try {
      file.value = await app.api.work.file(id, path)
    } catch (failure) {
      error.value = failure as ApiError
      // Agents often name a file without its folder.
      if (error.value.status === 404) meant.value = await app.api.work.files(id, path, 8).catch(() => [])
    }
  }
  useEffect(() => void load(), [path])
  useLayoutEffect(() => screen.current?.querySelector('h1')?.focus({preventScroll: true}), [path])

  const name = nameOf(path)
  const text = file.value?.kind === 'text' ? file.value.text : ''
  const count = text ? text.replace(/\n$/, '').split('\n').length : 0
  const folder = path.slice(0, -name.length - 1)
  const copy = async () => conversation.notice.show((await copyText(path)) ? words.copied : words.notCopied)
  const mention = () => {
    app.go(`/s/${id}`)
    chat.compose(`@${path}${line ? `:${line}` : ''} `)
  }
  return (
    <div ref={screen} class="work-screen">
      <Head
        title={<bdi translate={false}>{name}</bdi>}
        hint={<><bdi translate={false}>{folder}</bdi>{folder && file.value && ' · '}{file.value && words.size(bytes(file.value.size), count)}</>}
        back={words.back}
        onBack={leave}
      >
        <button type="button" class="plain" aria-label={words.copy} onClick={() => void copy()}><Icon name="copy" /></button>
        {!app.readOnly.value && <button type="button" class="plain" aria-label={words.mention} onClick={mention}><Icon name="at-sign" /></button>}
      </Head>
      <div class="work-body">
        <div class="work-column stack">
          <Failure error={error.value} />
          {error.value && error.value.status !== 404 && <button type="button" class="button" onClick={() => void load()}>{words.tryAgain}</button>}
          {meant.value.length > 0 && (
            <section aria-labelledby="meant">
              <h2 id="meant" class="changed-title">{words.meant}</h2>
              <ul class="changed-files">
                {meant.value.map(it => (
                  <li key={it}>
                    <button type="button" class="plain changed-file" onClick={() => app.go(workPath(id, {view: 'file', path: it, ...(line && {line})}), 'instead')}>
                      <span class="changed-what"><FileName path={it} /></span>
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {!file.value && !error.value && <p class="hint" role="status">{words.opening}</p>}
          {file.value && !error.value && <Content file={file.value} line={line} />}
        </div>
      </div>
    </div>
  )
}

function Content({file, line}: {file: File; line: number | undefined}) {
  const {kind, text, truncated, media_type: type, data, path} = file
  const lost = useSignal(false)
  if (kind === 'link') return <p class="note note-quiet"><bdi>{words.link(text)}</bdi></p>
  if (kind === 'image' && type && data && !lost.value) {
    return <img class="file-picture" src={`data:${type};base64,${data}`} alt={words.picture(path)} onError={() => (lost.value = true)} />
  }
  if (kind === 'image') return <p class="hint">{words.lost}</p>
  if (kind === 'binary') return <p class="note note-quiet">{words.binary}</p>
  return (
    <>
      <Lines text={text} language={file.language} line={line} />
      {truncated && <p class="note note-quiet">{words.truncated}</p>}
    </>
  )
}

/** Numbered and coloured, in blocks: those out of sight are not laid out. */
function Lines({text, language, line}: {text: string; language: string; line: number | undefined}) {
  const coloured = useSignal<ComponentChild[][] | null>(null)
  const all = useSignal(Boolean(line && line > MANY))
  const anchor = useRef<HTMLDivElement>(null)
  const plain = useMemo(() => text.replace(/\n$/, '').split('\n'), [text])
  useEffect(() => {
    let wanted = true
    if (!language || text.length > COLOURED) return
    void import('../../text/highlight')
      .then(({highlight}) => highlight(text, language))
      .then(nodes => wanted && nodes && (coloured.value = linesOf(nodes)))
      .catch(() => {}) // offline, the chunk may be missing
    return () => {
      wanted = false
    }
  }, [text, language])
  useEffect(() => anchor.current?.scrollIntoView({block: 'center'}), [text])

  const shown = all.value ? plain : plain.slice(0, MANY)
  const blocks = Array.from({length: Math.ceil(shown.length / BLOCK)}, (_, index) => index * BLOCK)
  return (
    <>
      {line !== undefined && line > plain.length && <p class="note">{words.noLine(line)}</p>}
      <div class="hunk file-text" dir="ltr" role="group" aria-label={words.content} tabIndex={0} translate={false}>
        {blocks.map(first => (
          <div key={first} class="file-block diff diff-wrap diff-lines">
            {shown.slice(first, first + BLOCK).map((said, index) => {
              const number = first + index + 1
              return (
                <div key={number} ref={number === line ? anchor : undefined} class={number === line ? 'diff-line file-here' : 'diff-line'} aria-current={number === line ? 'location' : undefined}>
                  <span class="diff-number">{number}</span>
                  <code>{coloured.value?.[number - 1] ?? said}</code>
                </div>
              )
            })}
          </div>
        ))}
      </div>
      {shown.length < plain.length && <button type="button" class="button button-wide" onClick={() => (all.value = true)}>{words.showAll(plain.length)}</button>}
    </>
  )
}

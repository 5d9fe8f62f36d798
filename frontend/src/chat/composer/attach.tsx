import {useEffect, useMemo, useRef} from 'preact/hooks'

import {addressOf} from '../../lib/attachments-api'
import type {Upload} from '../../lib/uploads'
import {Icon} from '../../ui/icon'
import {sizeOf} from '../size'
import {sent} from '../sent-strings'
import type {Files} from './files'

const says = sent.files

/** Lets the user choose: a phone offers its camera, its photos and its files. */
export function AttachButton({files, label}: {files: Files; label?: string}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" class={label ? 'button' : 'plain composer-attach'} aria-label={label ? undefined : says.attach} onClick={() => input.current?.click()}>
        <Icon name="paperclip" /> {label}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={says.attach}
        onChange={event => {
          const field = event.currentTarget
          if (field.files?.length) void files.add([...field.files])
          field.value = '' // the same file may be chosen again
        }}
      />
    </>
  )
}

/** What goes with the next message. */
export function AttachedFiles({files}: {files: Files}) {
  const all = files.all.value
  if (!all.length) return null
  return (
    <ul class="files" aria-label={says.title}>
      {all.map(file => (
        <li key={file.id} class={file.state === 'failed' ? 'file file-wrong' : 'file'}>
          <Preview file={file} />
          <div class="file-told">
            <bdi class="file-name">{file.name}</bdi>
            <Progress file={file} />
          </div>
          <button type="button" class="plain" aria-label={says.remove(file.name)} onClick={() => files.remove(file.id)}>
            <Icon name="x" />
          </button>
        </li>
      ))}
    </ul>
  )
}

function Progress({file: {state, sent, size, error, name}}: {file: Upload}) {
  if (state === 'failed') return <p class="file-error" role="alert" dir="auto">{error}</p>
  if (state === 'sending' && sent < size) return <progress class="file-progress" aria-label={says.sending(name)} max={size} value={sent} />
  return <span class="hint">{state === 'preparing' ? says.preparing : state === 'waiting' ? says.waiting : sizeOf(size)}</span>
}

function Preview({file: {id, sessionId, preview, pictured}}: {file: Upload}) {
  const own = useMemo(() => (preview ? URL.createObjectURL(preview) : ''), [preview])
  useEffect(() => () => URL.revokeObjectURL(own), [own])
  const url = pictured ? addressOf(sessionId, id, true) : own
  return url ? <img class="file-picture" src={url} alt="" /> : <Icon name="file-text" />
}

import {useSignal} from '@preact/signals'
import {useState} from 'preact/hooks'

import {addressOf} from '../../lib/attachments-api'
import type {Attachment} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {sizeOf} from '../size'
import {sent} from '../sent-strings'
import {words} from '../strings'

const says = sent.files

interface Props {
  sessionId: string
  files: readonly Attachment[]
}

/** What goes with a message: pictures to be seen, a tap for the whole; other files to be saved. */
export function MessageFiles({sessionId, files}: Props) {
  const whole = useSignal<Attachment | null>(null)
  const address = (file: Attachment, small = false) => addressOf(sessionId, file.attachment_id, small)
  return (
    <>
      <ul class="files message-files" aria-label={says.title}>
        {files.map(file => (
          <li key={file.attachment_id}>
            {file.width ? (
              <Picture file={file} src={address(file, true)} onOpen={() => (whole.value = file)} />
            ) : (
              <Chip file={file} href={address(file)} />
            )}
          </li>
        ))}
      </ul>
      {whole.value && (
        <Sheet title={whole.value.name} full onClose={() => (whole.value = null)}>
          <img class="file-whole" src={address(whole.value)} alt={whole.value.name} />
        </Sheet>
      )}
    </>
  )
}

function Picture({file: {name, width = 1, height = 1}, src, onOpen}: {file: Attachment; src: string; onOpen: () => void}) {
  const [lost, setLost] = useState(false)
  return (
    <button type="button" class="file-thumb" aria-label={says.open(name)} aria-haspopup="dialog" onClick={onOpen}>
      {lost ? <span class="hint">{words.pictureLost}</span> : <img src={src} width={width} height={height} alt="" loading="lazy" onError={() => setLost(true)} />}
    </button>
  )
}

/** While it is on its way, or where a machine has it that sleeps, it can only be named. */
function Chip({file: {name, size, media_type}, href}: {file: Attachment; href: string}) {
  const told = (
    <>
      <Icon name="file-text" />
      <span class="file-told">
        <bdi class="file-name">{name}</bdi>
        <span class="hint">{sizeOf(size)}</span>
      </span>
    </>
  )
  return media_type ? <a class="file" href={href} download={name}>{told}</a> : <span class="file">{told}</span>
}

import {useEffect, useState} from 'preact/hooks'

import type {ChatContext} from '../../chat/state/chat-context'
import type {ChangedFile} from '../../lib/types'
import {words} from './strings'

/** Whether a file is a picture that is there. */
export function isPicture({path, status, kind}: ChangedFile): boolean {
  return status !== 'deleted' && kind !== 'link' && ['.png', '.jpg', '.jpeg', '.gif', '.webp'].some(end => path.toLowerCase().endsWith(end))
}

/** A picture of the session's folder, as it is now. */
export function Picture({chat: {app, conversation}, file}: {chat: ChatContext; file: ChangedFile}) {
  const [src, setSrc] = useState('')
  const [lost, setLost] = useState(false)
  useEffect(() => {
    let wanted = true
    app.api.work.file(conversation.sessionId, file.path).then(
      ({media_type: type, data}) => wanted && (type && data ? setSrc(`data:${type};base64,${data}`) : setLost(true)),
      () => wanted && setLost(true),
    )
    return () => {
      wanted = false
    }
  }, [file.blob])
  if (lost) return <p class="hint">{words.imageLost}</p>
  return src ? <img class="file-picture" src={src} alt={words.image(file.path)} onError={() => setLost(true)} /> : <p class="hint" role="status">{words.reading}</p>
}

import {useState} from 'preact/hooks'

import type {ChangedFile, ChangedLines} from '../../lib/types'
import {words} from './strings'

/** Whether a file may be a picture, by what it is or was called. */
export function isPicture({path, kind}: ChangedFile): boolean {
  return kind !== 'link' && ['.png', '.jpg', '.jpeg', '.gif', '.webp'].some(end => path.toLowerCase().endsWith(end))
}

/** The picture that a file was, and the one that it is. */
export function Pictures({file, lines}: {file: ChangedFile; lines: ChangedLines}) {
  const {before, after} = lines
  if (!before && !after) return <p class="hint">{words.imageLost}</p>
  return (
    <div class="file-pictures">
      {before && <Picture picture={before} title={words.imageBefore} alt={words.imageWas(file.old_path ?? file.path)} />}
      {after && <Picture picture={after} title={before && words.imageAfter} alt={words.image(file.path)} />}
    </div>
  )
}

function Picture({picture: {media_type: type, data}, title, alt}: {picture: {media_type: string; data: string}; title: string | undefined; alt: string}) {
  const [lost, setLost] = useState(false)
  return (
    <figure>
      {title && <figcaption class="hint">{title}</figcaption>}
      {lost ? <p class="hint">{words.imageLost}</p> : <img class="file-picture" src={`data:${type};base64,${data}`} alt={alt} onError={() => setLost(true)} />}
    </figure>
  )
}

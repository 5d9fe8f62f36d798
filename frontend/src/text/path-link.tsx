import {createContext} from 'preact'
import {useContext} from 'preact/hooks'

import {filePlace, type FilePlace} from './paths'

/** How files are opened where there is a session to open them in. */
export interface FileOpener {
  /** Folders that a path may begin with. */
  folders: () => readonly string[]
  /** The address of a file. */
  href: (place: FilePlace) => string
  open: (place: FilePlace) => void
}

export const OpenFile = createContext<FileOpener | null>(null)

/** Code that is a link if it names a file. */
export function PathCode({text}: {text: string}) {
  const opener = useContext(OpenFile)
  const code = <code dir="ltr" translate={false}>{text}</code>
  const place = opener && filePlace(text, opener.folders())
  if (!place) return code
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    opener.open(place)
  }
  return <a class="path-link" href={opener.href(place)} onClick={open}>{code}</a>
}

import type {Frame} from '../../app/make-app'
import type {ProjectBody} from '../../lib/types'
import {useAnswer} from '../../ui/answer'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {says} from './strings'

/** Chooses a folder on the computer, and adds it as a project. */
export function AddProject({frame: {app, refreshProjects}, onClose}: {frame: Frame; onClose: () => void}) {
  const looking = useAnswer(() => app.api.folders(), [])
  const {value: here} = looking
  const adding = useTask()

  const look = (path?: string) => {
    adding.reset()
    return looking.again(() => app.api.folders(path))
  }

  const add = (body: ProjectBody) => {
    const work = async () => {
      await app.api.addProject(body)
      void refreshProjects().catch(() => {}) // the list asks again when it is shown
    }
    return adding.run(work, onClose)
  }
  const path = here?.path
  const moved = adding.error?.code === 'PROJECT_MOVED' && adding.error.details['project_id']
  return (
    <Sheet title={says.choose} onClose={onClose} tall>
      <div class="stack folders">
        <p class="hint">{path ? <bdi dir="ltr">{path}</bdi> : says.allowed}</p>
        <Failure error={looking.error} />
        <ul class="card choices" aria-busy={looking.busy}>
          {here?.parent !== undefined && (
            <FolderRow icon="arrow-up" name={says.up(nameOf(here.parent))} open={() => void look(here.parent)} />
          )}
          {here?.folders.map(folder => (
            <FolderRow key={folder.path} icon={folder.is_repository ? 'folder-git-2' : 'folder'} name={folder.name} open={() => void look(folder.path)} />
          ))}
        </ul>
        {here && !here.folders.length && <p class="hint">{says.none}</p>}
        {path && (
          <div class="start stack stack-close">
            <Failure error={adding.error} />
            {typeof moved === 'string' ? (
              <>
                <button type="button" class="button button-main button-thumb" disabled={adding.busy} onClick={() => void add({path, project_id: moved})}>
                  {says.bring}
                </button>
                <button type="button" class="button" disabled={adding.busy} onClick={() => void add({path, new: true})}>{says.fresh}</button>
              </>
            ) : (
              <button type="button" class="button button-main button-thumb" disabled={adding.busy} onClick={() => void add({path})}>
                <bdi>{adding.busy ? says.adding : says.addThis(nameOf(path))}</bdi>
              </button>
            )}
          </div>
        )}
      </div>
    </Sheet>
  )
}

function FolderRow({icon, name, open}: {icon: 'arrow-up' | 'folder' | 'folder-git-2'; name: string; open: () => void}) {
  return (
    <li>
      <button type="button" class="plain folder" onClick={open}>
        <Icon name={icon} />
        <span dir="auto">{name}</span>
        <Icon name="chevron-right" />
      </button>
    </li>
  )
}

function nameOf(path: string): string {
  return path.split('/').filter(Boolean).at(-1) ?? path
}

import {useEffect, useState} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import type {Project} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'
import {AddProject} from './add-project'
import {says} from './strings'

/** The folders that Janus serves: which one is shown, how they are, and to add and remove some. */
export function Projects({frame}: {frame: Frame}) {
  const {app, projects, project: shown, refreshProjects, showProject} = frame
  const several = projects.value.length > 1
  const show = (id: string) => {
    showProject(id)
    app.go('/')
  }
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Project>()
  const task = useTask()
  useEffect(() => void task.run(refreshProjects), [])

  if (adding) return <AddProject frame={frame} onClose={() => setAdding(false)} />
  if (leaving) return <RemoveProject frame={frame} project={leaving} onClose={() => setLeaving(undefined)} />
  return (
    <Sheet title={says.title} onClose={() => app.go('/')}>
      <div class="stack">
        <p class="hint">{says.hint}</p>
        <Failure error={task.error} />
        <ul class="card choices">
          {several && (
            <li class="project">
              <button type="button" class="project-show" aria-pressed={!shown.value} onClick={() => show('')}>
                <Icon name={shown.value ? 'list-checks' : 'check'} />
                <strong>{words.allProjects}</strong>
              </button>
            </li>
          )}
          {projects.value.map(project => (
            <li key={project.project_id} class="project">
              <button type="button" class="project-show" aria-pressed={several && project === shown.value} disabled={!several} onClick={() => show(project.project_id)}>
                <Icon name={several && project === shown.value ? 'check' : project.branch ? 'folder-git-2' : 'folder'} />
                <span>
                  <strong dir="auto">{project.name}</strong>
                  <small><bdi dir="ltr">{project.path}</bdi></small>
                  <small>{aboutOf(project)}</small>
                  {project.problem && <small class="project-problem" dir="auto">{project.problem}</small>}
                </span>
              </button>
              {!app.readOnly.value && several && (
                <button type="button" class="plain" aria-label={says.remove(project.name)} onClick={() => setLeaving(project)}>
                  <Icon name="trash-2" />
                </button>
              )}
            </li>
          ))}
        </ul>
        {app.readOnly.value ? (
          <p class="hint">{words.readOnly}</p>
        ) : (
          <button type="button" class="button button-thumb" onClick={() => setAdding(true)}>
            <Icon name="plus" /> {says.add}
          </button>
        )}
      </div>
    </Sheet>
  )
}

function aboutOf({branch, changed_files: changed, open_sessions: open}: Project) {
  const facts = [changed !== null && says.changed(changed), open > 0 && says.open(open)].filter(Boolean)
  return (
    <>
      {branch ? <bdi dir="ltr">{branch}</bdi> : says.noGit}
      {facts.map(fact => ` · ${fact}`)}
    </>
  )
}

function RemoveProject({frame: {app, refreshProjects}, project, onClose}: {frame: Frame; project: Project; onClose: () => void}) {
  const task = useTask()
  const remove = async () => {
    await app.api.removeProject(project.project_id)
    app.refresh()
    void refreshProjects().catch(() => {}) // the list asks again when it is shown
  }
  return (
    <Sheet title={says.removeIt(project.name)} onClose={task.busy ? () => {} : onClose}>
      <div class="stack">
        <p>{says.removeHint}</p>
        <Failure error={task.error} />
        <button type="button" class="button button-danger button-thumb" disabled={task.busy} onClick={() => void task.run(remove, onClose)}>
          {task.busy ? says.removing : says.confirm}
        </button>
      </div>
    </Sheet>
  )
}

import {useSignal} from '@preact/signals'
import {useEffect, useRef, useState} from 'preact/hooks'

import {loadItem, saveItem} from '../../app/local-storage'
import type {NewSession as Wishes} from '../../lib/api'
import {newId} from '../../lib/id'
import type {Frame} from '../../app/make-app'
import {asName, isName} from '../../app/names'
import {words} from '../../app/strings'
import {Icon} from '../../ui/icon'
import {Sheet} from '../../ui/sheet'
import {Failure, useTask} from '../../ui/task'

const says = words.starting
/** The draft for a session that does not exist yet. */
const DRAFT = 'new'
const DEMO = 'janus-demo-agent'
const CHOICE = 'new-session'

/** The last choice made. */
interface Choice {
  agent: string
  own: boolean
}

/** The form for a new session: what to do, which agent, where. */
export function NewSession({frame}: {frame: Frame}) {
  const {app, titles, refreshServerInfo} = frame
  const text = useSignal(app.drafts.load(DRAFT))
  const [choice, setChoice] = useState(() => loadItem<Choice>(CHOICE, {agent: '', own: false}))
  const [name, setName] = useState('')
  const [branch, setBranch] = useState('')
  const form = useRef<HTMLFormElement>(null)
  const task = useTask(app)
  const idFor = useAttemptId()

  // An agent may have been installed meanwhile.
  useEffect(() => void refreshServerInfo(), [])

  const agents = app.agents.value
  const here = agents.filter(({available}) => available)
  const missing = agents.filter(({available}) => !available)
  const usual = app.health.value?.agent?.name
  const chosen = (here.find(known => known.name === choice.agent) ?? here.find(known => known.name === usual) ?? here[0])?.name
  const better = asName(name)
  const nameFine = !choice.own || name === '' || isName(name)

  const start = async (event?: Event) => {
    event?.preventDefault()
    if (!nameFine) {
      form.current?.querySelector<HTMLInputElement>('#work')?.focus()
      return
    }
    const wishes: Wishes = {
      ...(chosen && {agent: chosen as Wishes['agent']}),
      isolated: choice.own,
      ...(choice.own && name && {name}),
      ...(choice.own && branch.trim() && {branch: branch.trim()}),
    }
    const started = await task.run(() => app.api.start({session_id: idFor(wishes), ...wishes}))
    if (!started) return
    saveItem(CHOICE, {agent: chosen ?? '', own: choice.own})
    const first = text.value.trim()
    if (first) {
      titles.learn(started.session_id, first)
      // Stored on the phone before the draft is deleted.
      await app.outbox.add({sessionId: started.session_id, text: first})
    }
    app.drafts.save(DRAFT, '')
    app.refresh()
    app.go(`/s/${started.session_id}`)
  }

  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void start()
  }
  return (
    <Sheet title={words.newSession} onClose={() => app.go('/')} tall sticky>
      <form ref={form} class="stack new-session" onSubmit={start} noValidate>
        <div class="field">
          <label for="first-words">{says.words}</label>
          <textarea
            id="first-words"
            class="input"
            dir="auto"
            rows={3}
            value={text}
            placeholder={says.placeholder}
            autocapitalize="sentences"
            onKeyDown={keys}
            onInput={event => {
              text.value = event.currentTarget.value
              app.drafts.save(DRAFT, text.value)
            }}
          />
        </div>

        <fieldset class="field">
          <legend>{says.agent}</legend>
          {!agents.length && <p class="hint">{says.looking}</p>}
          <div class="card choices">
            {here.map(agent => (
              <label key={agent.name} class="choice">
                <input
                  type="radio"
                  name="agent"
                  checked={agent.name === chosen}
                  onChange={() => setChoice({...choice, agent: agent.name})}
                />
                <span>
                  {agent.label}
                  <small>{agent.name === DEMO ? says.demo : agent.version}</small>
                </span>
              </label>
            ))}
            {missing.length > 0 && (
              <details class="missing" open={location.hash.endsWith('?agents')}>
                <summary>{says.missing(missing.length)}<Icon name="chevron-down" /></summary>
                <dl>
                  {missing.map(({name, label, install}) => (
                    <div key={name}><dt dir="auto">{label}</dt><dd class="hint" dir="auto">{install}</dd></div>
                  ))}
                </dl>
              </details>
            )}
          </div>
        </fieldset>

        <fieldset class="field">
          <legend>{says.where}</legend>
          <div class="card choices">
            <Place title={says.shared} hint={says.sharedHint} checked={!choice.own} choose={() => setChoice({...choice, own: false})} />
            <Place title={says.own} hint={says.ownHint} checked={choice.own} choose={() => setChoice({...choice, own: true})} />
            {choice.own && (
              <div class="stack own-branch">
                <div class="field">
                  <label for="work">{says.name}</label>
                  <input
                    id="work"
                    class="input"
                    value={name}
                    maxLength={50}
                    placeholder="login-test"
                    autocomplete="off"
                    autocapitalize="off"
                    aria-invalid={!nameFine}
                    aria-describedby="work-hint"
                    onInput={event => setName(event.currentTarget.value)}
                  />
                  <p id="work-hint" class={nameFine ? 'hint' : 'hint wrong-ink'}>
                    {nameFine ? says.nameHint : better ? words.nameBetter(better) : words.nameHint}
                  </p>
                  {!nameFine && better && (
                    <button type="button" class="button" onClick={() => setName(better)}>{better}</button>
                  )}
                </div>
                <div class="field">
                  <label for="branch">{says.existing}</label>
                  <input
                    id="branch"
                    class="input"
                    dir="ltr"
                    value={branch}
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck={false}
                    aria-describedby="branch-hint"
                    onInput={event => setBranch(event.currentTarget.value)}
                  />
                  <p id="branch-hint" class="hint">{says.existingHint}</p>
                </div>
              </div>
            )}
          </div>
        </fieldset>

        <div class="start stack stack-close">
          <Failure error={task.error} />
          {task.error?.code === 'MAX_SESSIONS' && (
            <button type="button" class="button" onClick={() => app.go('/')}>{says.tooMany}</button>
          )}
          {task.error && text.value && <p class="hint">{says.kept}</p>}
          <button class="button button-main button-thumb" disabled={task.busy}>
            {task.slow && <Icon name="loader-circle" class="icon-spin" />}
            {task.busy ? says.busy : says.start}
          </button>
          <output class="hint">{task.slow && says.slow}</output>
        </div>
      </form>
    </Sheet>
  )
}

/** A session id for each set of choices: trying again with the same choices means the same session. */
function useAttemptId(): (wishes: Wishes) => string {
  const attempt = useRef({id: '', wishes: ''})
  return wishes => {
    const now = JSON.stringify(wishes)
    if (attempt.current.wishes !== now) attempt.current = {id: newId(), wishes: now}
    return attempt.current.id
  }
}

interface PlaceProps {
  title: string
  hint: string
  checked: boolean
  choose: () => void
}

function Place({title, hint, checked, choose}: PlaceProps) {
  return (
    <label class="choice">
      <input type="radio" name="place" checked={checked} onChange={choose} />
      <span>{title}<small>{hint}</small></span>
    </label>
  )
}

/** The files that changed, those first that should be looked at closely. */

import {useSignal} from '@preact/signals'

import type {ChangedFile, ChangesReply} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Failure} from '../../ui/task'
import {Head} from './head'
import {useKeys} from './keys'
import {factsOf, nameOf, sumOf, type Group} from './order'
import type {Place} from './place'
import {words} from './strings'

export function ChangesList({place}: {place: Place}) {
  const {chat, model, review} = place
  const reply = model.reply.value
  const files = model.files.value
  const {added, removed} = sumOf(files)
  const viewed = files.filter(file => review.isViewed(file)).length
  useKeys({Escape: place.leave})
  return (
    <>
      <Head title={words.title} hint={model.turn ? words.ofTurn : words.ofSession} back={words.back} onBack={place.leave} />
      <div class="work-body">
        <div class="work-column stack">
          <Failure error={model.error.value} />
          {model.error.value && !model.looking.value && (
            <button type="button" class="button" onClick={() => model.refresh()}>{words.tryAgain}</button>
          )}
          {!reply && model.looking.value && <p class="hint" role="status">{words.reading}</p>}
          {reply && (
            <>
              <p class="hint" role="status">
                {files.length ? words.total(reply.total, added, removed) : model.turn ? words.noneInTurn : words.none}
                {viewed > 0 && ` · ${words.viewedCount(viewed, files.length)}`}
              </p>
              {chat.conversation.working.value && <p class="hint">{words.working}</p>}
              {reply.total > files.length && <p class="note note-quiet">{words.shown(files.length, reply.total)}</p>}
              {model.groups.value.map(group => <Files key={group.kind} group={group} place={place} />)}
              <Aside reply={reply} />
            </>
          )}
          {model.turn && <button type="button" class="button button-wide" onClick={place.all}><Icon name="git-branch" /> {words.allChanges}</button>}
        </div>
      </div>
      {!chat.app.readOnly.value && <Foot place={place} />}
    </>
  )
}

/** What is done with it. */
function Foot({place: {model, review, show}}: {place: Place}) {
  const comments = review.comments.value.length
  return (
    <footer class="work-foot">
      {model.turn && <button type="button" class="button" aria-haspopup="dialog" onClick={() => show('undo')}><Icon name="rotate-ccw" /> {words.undo}</button>}
      {comments > 0 && (
        <button type="button" class="button" aria-haspopup="dialog" aria-label={words.comments(comments)} onClick={() => show('comments')}>
          <Icon name="message-square" /> {comments}
        </button>
      )}
      <button type="button" class="button button-main" aria-haspopup="dialog" onClick={() => show('land')}><Icon name="git-branch" /> {words.land}</button>
    </footer>
  )
}

/** Files of a group that are drawn at first. */
const MANY = 200

function Files({group: {kind, files}, place}: {group: Group; place: Place}) {
  const all = useSignal(files.length <= MANY)
  const shown = all.value ? files : files.slice(0, MANY)
  const rows = (
    <>
      <ul class="changed-files">
        {shown.map(file => <li key={file.path}><Row file={file} place={place} /></li>)}
      </ul>
      {shown.length < files.length && (
        <button type="button" class="button button-wide" onClick={() => (all.value = true)}>{words.showFiles(files.length)}</button>
      )}
    </>
  )
  if (kind === 'folded' || kind === 'yours') {
    const title = kind === 'folded' ? words.groups.folded(files.length) : words.groups.yours
    const {added, removed} = sumOf(files)
    return (
      <details class="changed-fold">
        <summary>
          <span>{title}</span>
          <Count added={added} removed={removed} />
          <Icon name="chevron-right" class="turning" />
        </summary>
        {rows}
      </details>
    )
  }
  return (
    <section aria-label={words.groups[kind]}>
      <h2 class="changed-title">{kind === 'risky' && <Icon name="triangle-alert" />}{words.groups[kind]}</h2>
      {rows}
    </section>
  )
}

function Row({file, place}: {file: ChangedFile; place: Place}) {
  const viewed = place.review.isViewed(file)
  const comments = place.review.on(file).length
  const facts = [...factsOf(file), comments > 0 && words.comments(comments)].filter(Boolean)
  return (
    <button type="button" class="plain changed-file" data-path={file.path} onClick={() => place.open(file.path)}>
      <span class="changed-what">
        <FileName path={file.path} />
        {facts.length > 0 && <span class="hint"><bdi>{facts.join(' · ')}</bdi></span>}
      </span>
      {file.added !== null && <Count added={file.added} removed={file.removed ?? 0} />}
      {viewed && <><Icon name="check" class="changed-viewed" /><span class="visually-hidden">, {words.viewed}</span></>}
    </button>
  )
}

/** The name, and its folder behind it: what differs is read first. */
export function FileName({path}: {path: string}) {
  const name = nameOf(path)
  const folder = path.slice(0, -name.length - 1)
  return (
    <span class="file-name" dir="ltr" translate={false}>
      <b>{name}</b>{folder && <span class="file-folder"> {folder}</span>}
    </span>
  )
}

export function Count({added, removed}: {added: number; removed: number}) {
  return (
    <span class="changed-count" dir="ltr">
      <span class="count-added">+{added}</span> <span class="count-removed">−{removed}</span>
    </span>
  )
}

/** What is not among the files, and why. */
function Aside({reply: {yours, left_out: left, not_inside: inside, renames_cut: cut}}: {reply: ChangesReply}) {
  return (
    <>
      {cut && <p class="note note-quiet">{words.renamesCut}</p>}
      {yours.length > 0 && <Paths title={words.yoursBefore(yours.length)} paths={yours} />}
      {left.length > 0 && <Paths title={words.leftOut} hint={words.leftOutHint} paths={left.map(({path, why}) => `${path}: ${why}`)} />}
      {inside.length > 0 && <Paths title={words.notInside} hint={words.notInsideHint} paths={inside} />}
    </>
  )
}

function Paths({title, hint, paths}: {title: string; hint?: string; paths: string[]}) {
  return (
    <details class="changed-fold">
      <summary><span>{title}</span><Icon name="chevron-right" class="turning" /></summary>
      <div class="changed-paths">
        {hint && <p class="hint">{hint}</p>}
        <ul>{paths.map(path => <li key={path} class="hint"><bdi translate={false}>{path}</bdi></li>)}</ul>
      </div>
    </details>
  )
}

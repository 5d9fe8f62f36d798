import {useSignal} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import {Icon} from '../../ui/icon'
import type {Done, LandingPlace} from './place'
import {useLook} from './look'
import {Paths, Seen, Yes} from './parts'
import {words} from './strings'

interface Props {
  place: LandingPlace
  onDone: (done: Done) => void
  /** How many files are not committed. */
  onFound: (files: number) => void
}

/** Commit all, or chosen files. */
export function Commit({place: {app, sessionId, isolated, round}, onDone, onFound}: Props) {
  const message = useSignal<string | null>(null)
  /** All that could be committed; and those of them that are left out. */
  const all = useSignal<string[]>([])
  const left = useSignal<readonly string[]>([])
  const choosing = useSignal(false)
  const chosen = () => (left.peek().length ? all.peek().filter(path => !left.peek().includes(path)) : undefined)
  const look = useLook(
    async () => {
      const paths = chosen()
      return {whole: !paths, ...(await app.api.work.commit({session_id: sessionId, ...(paths && {paths})}))}
    },
    [round, left.value],
  )
  useEffect(() => {
    if (!look.seen?.whole) return
    all.value = look.seen.files
    onFound(look.seen.files.length)
  }, [look.seen])
  const toggle = (path: string) => {
    const others = left.peek().filter(it => it !== path)
    const next = others.length === left.peek().length ? [...others, path] : others
    if (next.length < all.peek().length) left.value = next
    else app.announce(words.commit.none)
  }
  const commit = async () => {
    const done = await look.act(({tree, message: proposed}) => {
      const paths = chosen()
      return app.api.work.commit({session_id: sessionId, tree, message: message.peek()?.trim() || proposed, ...(paths && {paths})})
    })
    if (!done) return
    message.value = null
    left.value = []
    onDone({
      words: words.commit.done(done.files.length, done.commit),
      undoId: done.undo_id,
      told: [...done.told, ...(done.rewritten.length ? [words.commit.rewritten(done.rewritten)] : [])],
      output: done.output,
    })
  }
  return (
    <section class="land-part" aria-label={words.commit.title}>
      <Seen look={look}>
        {({files, branch, message: proposed}) =>
          !files.length ? (
            <p class="land-quiet"><Icon name="circle-check" /> {isolated ? words.commit.nothing : words.commit.nothingShared}</p>
          ) : (
            <>
              <div class="field">
                <label for="commit-message">{words.message}</label>
                <textarea id="commit-message" class="input" rows={2} dir="auto" maxLength={10_000} value={message.value ?? proposed} onInput={event => (message.value = event.currentTarget.value)} />
                <p class="hint"><bdi>{words.commit.on(branch)}</bdi></p>
              </div>
              {choosing.value ? (
                <div class="card choices" role="group" aria-label={words.commit.choose}>
                  {all.value.map(path => (
                    <label key={path} class="choice">
                      <input type="checkbox" checked={!left.value.includes(path)} onChange={() => toggle(path)} />
                      <span><bdi translate={false}>{path}</bdi></span>
                    </label>
                  ))}
                </div>
              ) : (
                <>
                  <Paths paths={files} title={words.files(files.length)} />
                  {files.length > 1 && <button type="button" class="plain plain-inline" onClick={() => (choosing.value = true)}>{words.commit.choose}</button>}
                </>
              )}
              <Yes look={look} icon="check" label={words.commit.yes(files.length)} onClick={() => void commit()} />
            </>
          )
        }
      </Seen>
    </section>
  )
}

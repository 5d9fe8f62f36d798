import {Icon} from '../../ui/icon'
import type {Done, LandingPlace} from './place'
import {useLook} from './look'
import {Paths, Seen, Yes} from './parts'
import {words} from './strings'

/** Take back what is not committed. */
export function Discard({place: {app, sessionId, round}, onDone}: {place: LandingPlace; onDone: (done: Done) => void}) {
  const look = useLook(() => app.api.work.discard({session_id: sessionId}), [round])
  const discard = async () => {
    const done = await look.act(({tree}) => app.api.work.discard({session_id: sessionId, tree}))
    if (done) onDone({words: words.discard.done(done.files.length), undoId: done.undo_id, told: []})
  }
  return (
    <section class="land-part" aria-label={words.discard.title}>
      <Seen look={look}>
        {({files}) =>
          !files.length ? (
            <p class="land-quiet"><Icon name="circle-check" /> {words.discard.nothing}</p>
          ) : (
            <>
              <p>{words.discard.says(files.length)}</p>
              <Paths paths={files} title={words.files(files.length)} />
              <Yes look={look} icon="trash-2" label={words.discard.yes(files.length)} danger onClick={() => void discard()} />
            </>
          )
        }
      </Seen>
    </section>
  )
}

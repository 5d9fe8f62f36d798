import type {Permission} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {MessageText} from '../messages/message-text'
import {words} from '../strings'

/** What to read before answering: a plan, a page to open. */
export function QuestionDetails({asked: {text, url}}: {asked: Permission}) {
  const safe = url && /^https?:\/\/[^\s/\\]/i.test(url) ? url : undefined
  return (
    <>
      {text && (
        // Long text scrolls inside: it must be focusable for keyboards.
        <section class="ask-more" aria-label={words.details} tabIndex={0}>
          <MessageText text={text} streaming={false} />
        </section>
      )}
      {url && <p class="ask-url" dir="ltr" translate={false}>{url}</p>}
      {safe && (
        <a class="button" href={safe} target="_blank" rel="noreferrer noopener">
          <Icon name="globe" /> {words.openPage}
        </a>
      )}
    </>
  )
}

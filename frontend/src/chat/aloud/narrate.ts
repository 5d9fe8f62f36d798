import {effect} from '@preact/signals'

import type {ChatContext} from '../state/chat-context'
import {stopLine, words} from '../strings'
import {isOutside, Pauses} from './pauses'

/** Characters of an answer that are announced without being asked for. */
const MOST = 600

/**
 * Announce what happens to users who do not look: an answer has come, the agent asks something, a
 * turn has failed, messages are held. Each is announced once, in whole sentences. Returns a
 * function that stops it.
 */
export function narrate({app, conversation, feedback}: ChatContext): () => void {
  const asked = new Set<string>()
  const over = new Set<string>()
  /** Characters of each message outside turns that have been announced: it may grow for hours. */
  const reported = new Map<string, number>()
  const pauses = new Pauses(conversation)
  let first = true
  let held = false

  const endAsking = effect(() => {
    for (const {request_id, title} of conversation.permissions.value) {
      if (asked.has(request_id)) continue
      asked.add(request_id)
      feedback.give('needs-you')
      app.announce(words.needsYou(title), true)
    }
  })
  const endAnswers = effect(() => {
    const state = conversation.state.value
    if (!state) return
    for (const message of state.messages.slice(-2)) {
      const {id, sender, content, is_streaming: streaming} = message
      const stop = stopLine(message.stop_reason)
      if (isOutside(message)) {
        const from = reported.get(id) ?? 0
        if (!first && (pauses.isGrowing(message) || content.length <= from)) continue
        reported.set(id, content.length)
        if (!first && !app.preferences.readAloud.peek()) void tell(content.slice(from), words.reports)
        continue
      }
      if (sender === 'user' || streaming || over.has(id)) continue
      over.add(id)
      if (first) continue
      if (id.endsWith(':error')) feedback.give('error')
      if (sender === 'system') app.announce(content, id.endsWith(':error'))
      else if (!app.preferences.readAloud.peek()) void tell(content, stop ? `${stop}.` : words.finished)
    }
    first = false
  })

  const endHolding = effect(() => {
    const waiting = conversation.held.value.length
    if (waiting && !held) app.announce(words.held(waiting))
    held = waiting > 0
  })

  async function tell(answer: string, opening: string): Promise<void> {
    // Without a network its end is announced all the same.
    const speakable = await import('../../text/speakable').then(it => it.speakable, () => () => [])
    let said = opening
    // Of a long answer only its beginning: all of it would be a tenth of a second on a slow phone.
    for (const sentence of speakable(answer, undefined, MOST)) {
      if (said.length + sentence.length > MOST) break
      said += ` ${sentence}`
    }
    app.announce(said)
  }
  return () => {
    endAsking()
    endAnswers()
    endHolding()
    pauses.close()
  }
}

import {effect} from '@preact/signals'

import type {ChatContext} from '../state/chat-context'
import {stopLine, words} from '../strings'

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
    for (const {id, sender, content, is_streaming: streaming, stop_reason: reason} of state.messages.slice(-2)) {
      if (sender === 'user' || streaming || over.has(id)) continue
      over.add(id)
      if (first) continue
      if (id.endsWith(':error')) feedback.give('error')
      if (sender === 'system') app.announce(content, id.endsWith(':error'))
      else if (!app.preferences.readAloud.peek()) void tell(content, stopLine(reason))
    }
    first = false
  })

  const endHolding = effect(() => {
    const waiting = conversation.held.value ? conversation.queue.value.length : 0
    if (waiting && !held) app.announce(words.held(waiting))
    held = waiting > 0
  })

  async function tell(answer: string, ending: string): Promise<void> {
    const {speakable} = await import('../../text/speakable')
    let said: string = ending ? `${ending}.` : words.finished
    for (const sentence of speakable(answer)) {
      if (said.length + sentence.length > MOST) break
      said += ` ${sentence}`
    }
    app.announce(said)
  }
  return () => {
    endAsking()
    endAnswers()
    endHolding()
  }
}

import {useSignal, useComputed} from '@preact/signals'
import {useEffect} from 'preact/hooks'

import {Icon} from '../../ui/icon'
import type {ChatContext} from '../state/chat-context'
import {every} from '../state/timers'
import {elapsed, words} from '../strings'
import {doing} from './tools'

/** Seconds after which the elapsed time is first announced to screen readers; then every minute. */
const SPOKEN = 30

/** What the agent is doing, for how long, and Stop; shown while it works. */
export function WorkBar({chat}: {chat: ChatContext}) {
  const {app, conversation, aloud} = chat
  const verb = useComputed(() => {
    if (app.connection.lost.value) return words.noWord
    return conversation.state.value ? doing(conversation.state.value) : ''
  })
  const working = conversation.busy.value && !app.fleet.away(conversation.sessionId)
  const stopping = useSignal(false)
  const seconds = useSignal(0)

  useEffect(() => {
    stopping.value = false
    seconds.value = 0
    const state = conversation.state.peek()
    if (!working || !state) return
    const begun = conversation.turns.begun(state)
    const tick = () => {
      seconds.value = Math.floor((Date.now() - begun) / 1000)
      if (seconds.value % SPOKEN) return
      const long = seconds.value && seconds.value % 60 === 0 ? seconds.value : seconds.value === SPOKEN ? SPOKEN : 0
      if (long) app.announce(words.stillWorking(verb.peek(), words.duration(long)))
    }
    tick()
    return every(1000, tick)
  }, [working, conversation.runningTurn.value])

  if (aloud.speaking.value && !working) return <Speaking chat={chat} />
  if (!working) return null

  const stop = async () => {
    stopping.value = true
    app.announce(words.stoppedIt)
    if (!(await conversation.actions.stop())) stopping.value = false
  }
  return (
    <div class="work">
      <Icon name={conversation.permissions.value.length ? 'circle-help' : 'loader-circle'} class={conversation.permissions.value.length ? '' : 'icon-spin'} />
      <div class="work-what">
        <span class="work-verb" dir="auto">{stopping.value ? words.stopping : verb}</span>
        <span class="work-time" role="timer" aria-live="off">{elapsed(seconds.value)}</span>
      </div>
      {aloud.speaking.value && <StopSpeaking chat={chat} />}
      {!app.readOnly.value && (
        <button type="button" class="button button-danger work-stop" disabled={stopping.value} onClick={stop}>
          <Icon name="square" /> {words.stop}
        </button>
      )}
    </div>
  )
}

function Speaking({chat}: {chat: ChatContext}) {
  return (
    <div class="work">
      <Icon name="volume-2" />
      <span class="work-what">{words.speaking}</span>
      <StopSpeaking chat={chat} />
    </div>
  )
}

function StopSpeaking({chat}: {chat: ChatContext}) {
  return (
    <button type="button" class="button" aria-label={words.stopSpeaking} onClick={() => chat.aloud.stop()}>
      <Icon name="volume-x" />
    </button>
  )
}

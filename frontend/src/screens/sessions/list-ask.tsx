import '../../style/text.css'
import '../../style/steps.css'
import '../../style/ask.css'

import {useEffect} from 'preact/hooks'

import type {Frame} from '../../app/make-app'
import {words} from '../../app/strings'
import {loadMarkdown} from '../../chat/messages/message-text'
import {Ask} from '../../chat/questions/ask'
import type {Permission, SessionInfo} from '../../lib/types'

interface Props {
  frame: Frame
  session: SessionInfo
  permissions: Permission[]
}

/** An agent's question, answered in the list. */
export function ListAsk({frame: {app, asked: all}, session: {session_id: id}, permissions}: Props) {
  useEffect(loadMarkdown, [])
  const [asked] = permissions
  if (!asked) return null
  const settle = () => {
    all.doubt(id)
    app.refresh()
  }
  return (
    <Ask
      key={asked.request_id}
      app={app}
      sessionId={id}
      asked={asked}
      of={permissions.length}
      compact
      onAnswer={async (option, answers) => {
        try {
          const state = await app.api.permission(id, asked.request_id, option.id, answers)
          app.announce(words.answered(option.name))
          all.answered(asked.request_id, state)
        } finally {
          // A failure may mean that somebody else was faster.
          settle()
        }
      }}
    />
  )
}

import type {App} from '../../app/app'
import type {Conversation} from './conversation'
import type {Feedback} from '../aloud/feedback'
import type {ReadAloud} from '../aloud/read-aloud'

/** What every part of the chat uses. */
export interface ChatContext {
  app: App
  conversation: Conversation
  feedback: Feedback
  aloud: ReadAloud
  /** Put words into the composer, after what stands there; *stay* leaves the focus where it is. */
  compose: (text: string, stay?: 'stay') => void
}

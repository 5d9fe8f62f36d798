import type {ChatContext} from '../../chat/state/chat-context'
import type {ChangesModel} from './model'
import type {Review} from './review'

/** What all parts of the changes use. */
export interface Place {
  chat: ChatContext
  model: ChangesModel
  review: Review
  /** Look at a file. */
  open: (path: string) => void
  /** Look at this one instead. */
  turnTo: (path: string) => void
  list: () => void
  /** Back to the conversation. */
  leave: () => void
  /** Read a file as it is now. */
  openFile: (path: string, line?: number) => void
  /** Everything that the session changed. */
  all: () => void
  /** The comments that wait; the ways to let it in; or how the turn is undone. */
  show: (sheet: 'comments' | 'land' | 'undo') => void
}

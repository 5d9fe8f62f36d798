import type {App} from '../../app/app'

/** What was done, and how it is taken back. */
export interface Done {
  words: string
  undoId: string | null
  told: readonly string[]
  output?: string
  /** A page where it goes on. */
  href?: string | null
  /** All of the branch is in another one by now. */
  landed?: boolean
}

/** What all parts use; in the next *round* each looks anew. */
export interface LandingPlace {
  app: App
  sessionId: string
  /** It has a branch and a folder of its own. */
  isolated: boolean
  round: number
}

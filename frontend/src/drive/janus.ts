/** What the drive asks of Janus, and is told by it. */
import type {SpokenAnswer} from '../lib/spoken-api'
import type {DigestAnswer, EndedSession, Message, Permission, Project, SessionInfo, SpokenQuestion, ToolCall} from '../lib/types'

/** A session as the drive sees it. */
export interface View {
  messages: readonly Message[]
  /** The agent is working, or about to. */
  busy: boolean
  asked: Permission | undefined
  connected: boolean
}

/** How a message was taken back. */
export type TakenBack = 'taken' | 'stopped' | 'late'

/** Requests reject with an ApiError. */
export interface Janus {
  readonly readOnly: boolean
  sessions(): readonly SessionInfo[]
  projects(): readonly Project[]
  nameOf(session: SessionInfo): string
  /** Follow a session: its views come from now on, and those of the one before do not. */
  open(sessionId: string): void
  /** Whether what is said now is sent at once. */
  connected(): boolean
  /** Keep what was said, and send it as soon as that is possible; resolves to its id. With an *id* it is accepted once. */
  send(sessionId: string, text: string, id?: string): Promise<string>
  /** Send it as the first words of a new session, in the first project if none is named. */
  begin(projectId: string, text: string): {sessionId: string; sent: Promise<string>}
  takeBack(messageId: string): Promise<TakenBack>
  stop(): Promise<unknown>
  readOut(sessionId: string, requestId: string): Promise<SpokenQuestion>
  answer(sessionId: string, requestId: string, answer: SpokenAnswer): Promise<unknown>
  digest(): Promise<DigestAnswer>
  end(sessionId: string): Promise<EndedSession>
  /** Why an answer ended, in words; empty if it simply finished. */
  stopLine(reason: string | null): string
  /** A step in words that can be said. */
  stepOf(call: ToolCall): string
}

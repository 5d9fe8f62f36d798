/** Does what one may say to the page itself, and walks through the sessions. */
import type {ApiError} from '../lib/api-error'
import type {SessionInfo} from '../lib/types'
import {speakable} from '../text/speakable'
import {named, type Command} from './commands'
import type {Floor} from './floor'
import type {View} from './janus'
import type {Question} from './question'
import type {Reader} from './reader'
import type {DriverParts} from './parts'
import {says} from './strings'

/** What orders use of the driver. */
export interface Reins {
  readonly parts: DriverParts
  readonly floor: Floor
  readonly sessionId: string
  readonly view: View | undefined
  readonly question: Question | undefined
  readonly reader: Reader
  sent: Promise<string> | undefined
  open(sessionId: string, then?: () => void): void
  say(...sentences: string[]): void
  tell(...sentences: string[]): void
  repeat(): void
}

type Why = 'needs' | 'failed' | 'done'

export class Orders {
  readonly #reins: Reins
  /** The sessions of the last digest, and which of them this is. */
  #round: {session: SessionInfo; why: Why}[] = []
  #at = -1
  /** Where the next words begin a session, if they do. */
  #project = ''

  constructor(reins: Reins) {
    this.#reins = reins
  }

  async begin(sessionId: string): Promise<void> {
    const {janus} = this.#reins.parts
    await this.#digest()
    const first = sessionId || this.#round.find(({why}) => why === 'needs')?.session.session_id || janus.sessions()[0]?.session_id
    const session = janus.sessions().find(it => it.session_id === first)
    if (session) this.#reins.say(says.here(janus.nameOf(session)))
    else if (!first) this.#reins.say(says.noSession)
    if (first) this.#reins.open(first)
  }

  /** Say it to the agent; without a session, one begins. */
  send(text: string): Promise<string> {
    const {sessionId, parts} = this.#reins
    if (sessionId) return parts.janus.send(sessionId, text)
    const begun = parts.janus.begin(this.#project, text)
    this.#reins.open(begun.sessionId)
    return begun.sent
  }

  async run({name, rest}: Command): Promise<void> {
    try {
      await this.#do(name, rest)
    } catch (error) {
      this.#reins.say(says.failed((error as ApiError).message))
    }
  }

  #do(name: Command['name'], rest: string): void | Promise<void> {
    const reins = this.#reins
    const {parts, reader} = reins
    switch (name) {
      case 'repeat':
        return reins.repeat()
      case 'slower':
      case 'faster':
        parts.pace(name === 'slower' ? -0.15 : 0.15)
        return reins.say(says[name])
      case 'louder':
        return reins.say(parts.louder() ? says.louder : says.loudest)
      case 'more': {
        const portion = reader.more()
        return portion.length ? reins.tell(...portion) : reins.say(says.noMore)
      }
      case 'help':
        return reins.say(says.help)
      case 'exit':
        reins.say(says.goodbye)
        return parts.leave()
      case 'next':
        return this.#walk(1)
      case 'back':
        return this.#walk(-1)
      case 'needs':
        return this.#needs()
      case 'stop':
        return this.#stop()
      case 'scratch':
        return this.#takeBack()
      case 'switch':
        return this.#switch(rest)
      case 'new':
        return this.#new(rest)
      case 'end':
        return this.#end()
    }
  }

  /** What is to be known of all sessions; what asks here is read once more. */
  async #needs(): Promise<void> {
    await this.#digest()
    await this.#reins.question?.read()
  }

  async #digest(): Promise<void> {
    const {parts} = this.#reins
    try {
      const found = await parts.janus.digest()
      const {needs, failed, finished} = found
      const list = (sessions: SessionInfo[], why: Why) => sessions.map(session => ({session, why}))
      this.#round = [...list(needs, 'needs'), ...list(failed, 'failed'), ...list(finished, 'done')]
      this.#at = -1
      this.#reins.tell(...speakable(says.digest(found, parts.janus.nameOf)))
    } catch (error) {
      const {status, message} = error as ApiError
      this.#reins.say(status === 0 ? says.lost : says.failed(message))
    }
  }

  async #walk(by: 1 | -1): Promise<void> {
    if (!this.#round.length) await this.#digest()
    const found = this.#round[this.#at + by]
    if (!found) return this.#reins.say(by > 0 ? says.noNext : says.noBack)
    this.#at += by
    const {session, why} = found
    const name = this.#reins.parts.janus.nameOf(session)
    this.#reins.open(session.session_id, () => {
      this.#reins.say({needs: says.asksIn, failed: says.failedIn, done: says.doneIn}[why](name))
      const last = this.#reins.view!.messages.findLast(it => it.sender !== 'user')
      if (why !== 'needs' && last) this.#reins.tell(...this.#reins.reader.again(last))
    })
  }

  async #stop(): Promise<void> {
    const {parts, view, question} = this.#reins
    if (!view?.busy) return this.#reins.say(says.notWorking)
    // Whoever stops the agent has not answered elsewhere.
    if (question) question.over = true
    await parts.janus.stop()
    this.#reins.say(says.stopped)
  }

  async #takeBack(): Promise<void> {
    const {parts, sent} = this.#reins
    this.#reins.sent = undefined
    const how = sent ? await parts.janus.takeBack(await sent) : 'nothing'
    this.#reins.say({taken: says.withdrawn, stopped: says.withdrawnStopped, late: says.begun, nothing: says.nothingToTakeBack}[how])
  }

  #switch(name: string): void {
    const {janus} = this.#reins.parts
    const found = named(name, janus.sessions(), janus.nameOf)
    const [session] = found
    if (!session) return this.#reins.say(says.noneCalled(name))
    if (found.length > 1) return this.#reins.say(says.severalCalled(found.map(janus.nameOf)))
    this.#reins.open(session.session_id)
    this.#reins.say(says.nowIn(janus.nameOf(session)))
  }

  #new(name: string): void {
    const projects = this.#reins.parts.janus.projects()
    const [project] = name ? named(name, projects, it => it.name) : projects
    if (!project) return this.#reins.say(says.noProject(name))
    this.#project = project.project_id
    this.#reins.open('')
    this.#reins.say(says.newIn(project.name))
  }

  async #end(): Promise<void> {
    const {parts, sessionId} = this.#reins
    const {janus} = parts
    const session = janus.sessions().find(it => it.session_id === sessionId)
    if (!session) return this.#reins.say(says.noSession)
    this.#reins.say(says.ending(janus.nameOf(session)))
    const {summary, summary_saved: saved} = await janus.end(sessionId)
    this.#reins.open('')
    this.#reins.tell(says.ended, ...(summary ? [says.summary, ...speakable(summary)] : []), ...(saved ? [says.saved] : []))
  }
}

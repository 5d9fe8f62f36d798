/**
 * The drive: what is said, what is heard, and what follows from it. Knows no browser.
 *
 *   views of the session ──▶ Reader, Question ──▶ Floor ──▶ mouth
 *   ears ──▶ Floor ──▶ a command of the page, else an answer to what is asked, else a message
 */
import {utterances} from '../text/sentences'
import {commandOf, isEcho, patience, withoutSending} from './commands'
import type {Understood} from '../voice/engines'
import {Floor} from './floor'
import type {Phase} from './floor-listener'
import type {View} from './janus'
import {Link} from './link'
import {Microphone} from './microphone'
import {Orders, type Reins} from './orders'
import {SCRATCH, SILENCE, type DriverListener, type DriverParts} from './parts'
import {Progress} from './progress'
import {Question} from './question'
import {Readers, type Reader} from './reader'
import {Said} from './said'
import {says} from './strings'

export class Driver implements Reins {
  sessionId = ''
  view: View | undefined
  question: Question | undefined
  /** The newest message that was sent from here. */
  sent: Promise<string> | undefined
  readonly floor: Floor
  readonly parts: DriverParts
  readonly #listener: DriverListener
  readonly #orders: Orders
  readonly #progress: Progress
  readonly #readers = new Readers()
  readonly #said: Said
  #passage: string[] = []
  #opened: (() => void) | undefined
  #waiting: View | undefined
  #listensFor: Question | undefined
  #scratch = false
  readonly #link: Link
  readonly #microphone: Microphone
  #closed = false

  constructor(parts: DriverParts, listener: DriverListener) {
    this.parts = parts
    this.#listener = listener
    this.#said = new Said(parts.clock)
    this.#orders = new Orders(this)
    this.#link = new Link(parts, listener, this.say)
    this.#microphone = new Microphone(parts, listener, this.say)
    this.#progress = new Progress(parts, () => this.view, this)
    this.floor = new Floor(parts, {
      phase: phase => this.#show(phase),
      began: () => {
        parts.cue('listening')
        if (this.answering) this.question!.began()
      },
      heard: understood => void this.#heard(understood),
      silence: () => void this.#silence(),
      kept: () => (this.answering ? (this.question!.cut = true) : this.#sent(says.kept)),
      interrupted: () => this.#listen(),
      unsaid: () => this.#asking && this.question!.interrupted(),
      drained: () => this.goOn(),
      trouble: (message, again) => this.#microphone.failed(message, again),
    })
  }

  /** Call it during a tap. Says what there is, and goes to a session. */
  async begin(sessionId = ''): Promise<void> {
    await this.#orders.begin(sessionId)
  }

  /** Go to a session; *then* is called when it is there. */
  open(sessionId: string, then?: () => void): void {
    this.question = undefined
    this.view = undefined
    this.#opened = then
    this.#passage = []
    this.sessionId = sessionId
    this.#listener.session(sessionId)
    if (sessionId) this.parts.janus.open(sessionId)
  }

  /** The newest of the session that is open. */
  look(view: View): void {
    // What follows from an answer may come before Janus says that it was taken.
    this.#waiting = this.question?.sent ? view : undefined
    if (this.#closed || this.#waiting) return
    const was = this.view
    this.view = view
    if (!was && !this.#readers.has(this.sessionId)) this.reader.skip(view.messages)
    if (this.#link.changed(view.connected) && this.question?.cut) void this.question.read()
    const then = this.#opened
    this.#opened = undefined
    then?.()
    this.tell(...this.reader.take(view.messages, this.parts.janus.stopLine))
    this.#ask(view)
    if (was?.busy && !view.busy && !view.asked) {
      this.parts.cue('done')
      if (this.floor.phase === 'quiet') this.goOn()
    } else this.#show(this.floor.phase)
    this.#progress.follow()
  }

  get reader(): Reader {
    return this.#readers.of(this.sessionId)
  }

  /** Say these sentences of the page itself. */
  say = (...sentences: string[]): void => {
    const all = sentences.flatMap(sentence => utterances(sentence))
    this.#said.add(all)
    this.floor.say(all)
  }

  /** Say what can be asked for again. */
  tell(...sentences: string[]): void {
    this.#passage.push(...sentences)
    this.say(...sentences)
  }

  repeat(): void {
    if (this.#asking) void this.question!.read()
    else if (this.#passage.length) this.say(...this.#passage)
    else this.say(says.nothingYet)
  }

  tapTalk(): void {
    this.#hearAgain()
    if (this.floor.phase === 'listening') return this.floor.finish()
    this.floor.hush()
    this.#listen()
  }

  tapRepeat(): void {
    this.floor.rest()
    this.repeat()
  }

  tapStop(): void {
    const spoke = this.floor.speaking
    this.floor.rest()
    // Then it was Janus that was meant.
    if (spoke && !this.view?.busy) this.goOn()
    else void this.#orders.run({name: 'stop', rest: ''})
  }

  /** The buttons of a headset. */
  tapNext(): void {
    this.floor.hush()
    this.goOn()
  }

  /** The phone was used for something else, or has another microphone now. */
  wake(): void {
    this.#hearAgain()
    this.goOn()
  }

  close(): void {
    this.#closed = true
    this.#progress.close()
    this.floor.rest()
  }

  /** Listen, if it is the user's turn. */
  goOn(): void {
    if (this.#closed || this.#microphone.lost || this.floor.phase !== 'quiet') return
    if (this.question && !this.question.over) {
      if (this.question.mayListen) this.#listen()
    } else if (this.#scratch) {
      this.#scratch = false
      this.#listen(SCRATCH)
    } else if (!this.view?.busy) this.#listen()
  }

  #show(phase: Phase): void {
    const resting = this.view?.asked ? 'asking' : this.view?.busy ? 'working' : phase
    this.#listener.phase(phase === 'quiet' ? resting : phase)
  }

  /** What was said before a question was read out, or while it was, is no answer to it. */
  #listen(silence = SILENCE): void {
    const question = this.question?.mayListen ? this.question : undefined
    const open = {silence, patience: (text: string, sure: boolean) => patience(text, sure, this.parts.language)}
    if (this.floor.listen(question?.listening ?? open)) this.#listensFor = question
  }

  /** Somebody who is listened to may answer what is asked. */
  get answering(): boolean {
    return this.#asking && this.#listensFor === this.question
  }

  get #asking(): boolean {
    return this.question !== undefined && !this.question.over
  }

  #ask({asked}: View): void {
    if (asked?.request_id === this.question?.asked.request_id) return
    this.question?.gone()
    this.question = undefined
    if (!asked) return
    this.parts.cue('needs-you')
    const parts = {...this.parts, listen: () => this.#listen(), said: () => this.#said.lately(), say: this.say}
    this.question = new Question(parts, this.sessionId, asked)
    void this.question.read()
  }

  async #heard(understood: Understood): Promise<void> {
    this.#microphone.works()
    const [{janus, cue, language}, {text}, {interrupted}] = [this.parts, understood, this.floor]
    if (interrupted && isEcho(text, [interrupted], 1)) return this.floor.resume()
    if (interrupted && this.#asking) this.question!.interrupted()
    const command = commandOf(text, language)
    if (command) {
      cue('heard')
      await this.#orders.run(command)
    } else if (this.answering) {
      cue('heard')
      await this.question!.heard(understood)
      if (this.#waiting) this.look(this.#waiting)
    } else if (isEcho(text, this.#said.lately())) this.floor.resume()
    else if (janus.readOnly) this.say(says.readOnly)
    else this.#send(withoutSending(text, language).text)
    this.goOn()
  }

  #send(text: string): void {
    this.#passage = []
    this.sent = this.#orders.send(text)
    this.#scratch = true
    this.#sent(this.parts.janus.connected() ? says.sent : says.kept)
  }

  #sent(how: string): void {
    this.parts.cue('sent')
    this.say(how)
  }

  async #silence(): Promise<void> {
    if (this.#microphone.troubled) this.parts.clock.after(1000, () => this.goOn())
    else if (this.answering) await this.question!.silence()
  }

  #hearAgain(): void {
    this.#microphone.works()
    this.#listener.problem(this.#link.problem)
  }
}

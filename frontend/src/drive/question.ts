/**
 * One question of the agent, answered by voice.
 *
 *   fetched ──▶ read out, to its end ──▶ heard ──▶ decided by the server ──▶ over
 *      │                 ▲                 │
 *      └─ cut ── again   └──── silence, once; no clear yes, twice
 *
 * The page decides nothing: it sends all that was heard once that is final, for the words that
 * were read out. Silence is no answer, and neither is what Janus has said itself.
 */
import {isAnswer, type ApiError} from '../lib/api-error'
import type {Permission, SpokenQuestion} from '../lib/types'
import {utterances} from '../text/sentences'
import {sayCode, sayIdentifier} from '../text/spoken-words'
import {isDenial, isEcho} from './commands'
import type {Recorder, Understood} from '../voice/engines'
import type {Listening} from './floor-listener'
import type {Janus} from './janus'
import {says} from './strings'

/** A final that grows restarts it. */
const SETTLED = 900
const GROWING = 2500
const SILENCE = 8000
/** How often what is no clear yes is heard before the question is left open. */
const MOST_UNCLEAR = 3

export interface QuestionParts {
  janus: Janus
  /** Listen for the answer. */
  listen: () => void
  language?: string
  recorder?: Recorder | undefined
  /** What Janus has said lately. */
  said: () => readonly string[]
  /** Say it; it is remembered as said. */
  say: (...sentences: string[]) => void
}

export class Question {
  /** Nothing more is heard as an answer: it was answered, or is left open. */
  over = false
  /** Janus did not answer: to be read out again when it does. */
  cut = false
  /** Janus is deciding. */
  sent = false
  readonly #parts: QuestionParts
  readonly #sessionId: string
  #told: SpokenQuestion | undefined
  /** It has not been said to its end. */
  #interrupted = false
  #busy = false
  #asked = 0
  #unclear = 0

  constructor(parts: QuestionParts, sessionId: string, readonly asked: Permission) {
    this.#parts = parts
    this.#sessionId = sessionId
  }

  /** How to listen for the answer. */
  readonly listening: Listening = {silence: SILENCE, patience: (_, sure) => (sure ? SETTLED : GROWING)}

  get mayListen(): boolean {
    return !this.over && !this.#busy && !this.cut
  }

  /** Fetch what may be answered, and read it out. May be called again. */
  async read(): Promise<void> {
    const {janus} = this.#parts
    this.cut = this.over = this.#interrupted = false
    this.#busy = true
    this.#asked++
    try {
      this.#told = await janus.readOut(this.#sessionId, this.asked.request_id)
      if (!this.over) this.#parts.say(...utterances(says.askIt(spoken(this.#told.words))))
    } catch (error) {
      this.#told = undefined
      this.#failed(error as ApiError, why => this.#parts.say(says.told(why, says.hands) || says.hands, ...(this.#rejecting ? [says.orDeny] : [])))
    } finally {
      this.#busy = false
    }
  }

  /** The microphone is on. */
  began(): void {
    if (this.#told) this.#parts.recorder?.start()
  }

  /** Somebody tapped while it was being said. */
  interrupted(): void {
    this.#interrupted = true
  }

  async heard({text, sure}: Understood): Promise<void> {
    const {say, said, language, recorder} = this.#parts
    if (isEcho(text, said())) {
      this.#parts.listen()
      return
    }
    if (isDenial(text, language)) {
      const reject = this.#rejecting
      if (reject) await this.#send(reject, text)
      else say(says.cannotDeny)
      return
    }
    if (!this.#told) say(says.hands, ...(this.#rejecting ? [says.orDeny] : []))
    else if (this.#interrupted) {
      say(says.notWhole)
      await this.read()
    } else if (!sure) this.#unclearly(says.unsure)
    else {
      this.#busy = true
      const transcript_id = await recorder?.finish().catch(() => undefined)
      this.#busy = false
      // Janus would refuse it, and could not say why.
      if (recorder && !transcript_id) this.#unclearly(says.notRecorded)
      else await this.#send(this.#told.option_id, text, {digest: this.#told.digest, transcript_id})
    }
  }

  /** Silence is no answer: it is asked once more, and then left open. */
  async silence(): Promise<void> {
    if (this.#asked > 1) this.#leave()
    else await this.read()
  }

  /** It is open no more. */
  gone(): void {
    if (!this.over && !this.#busy) this.#parts.say(says.elsewhere)
    this.over = true
  }

  get #rejecting(): string | undefined {
    return this.asked.options.find(({kind}) => kind === 'reject_once')?.id ?? this.asked.options.find(({kind}) => kind.startsWith('reject'))?.id
  }

  async #send(option_id: string, text: string, more: {digest?: string; transcript_id?: string | undefined} = {}): Promise<void> {
    const {janus, say} = this.#parts
    this.#busy = this.sent = true
    try {
      await janus.answer(this.#sessionId, this.asked.request_id, {option_id, spoken: text, ...more})
      this.over = true
      say(more.digest ? says.allowed : says.denied)
    } catch (error) {
      this.#failed(error as ApiError, why => this.#unclearly(says.told(why, says.unclear)))
    } finally {
      this.#busy = this.sent = false
    }
  }

  /** *unclear* is told why Janus does not take it for a yes. */
  #failed({status, code, message}: ApiError, unclear: (why: string) => void): void {
    const {say} = this.#parts
    if (code === 'CONSENT_UNCLEAR') unclear(message)
    else if (!isAnswer({status, code})) this.cut = true
    else if (code === 'ALREADY_ANSWERED' || code === 'PERMISSION_NOT_FOUND') {
      this.over = true
      say(says.elsewhere)
    } else {
      // Nothing tells when that is over: whoever asks what needs them hears it again.
      say(code === 'MACHINE_AWAY' ? says.away : says.failed(message))
      this.#leave()
    }
  }

  #unclearly(why: string): void {
    this.#unclear++
    if (this.#unclear >= MOST_UNCLEAR) this.#leave()
    else this.#parts.say(why)
  }

  #leave(): void {
    this.over = true
    this.#parts.say(says.staysOpen)
  }
}

/** The words as they are read out: commands and paths so that they can be said. */
function spoken(words: string): string {
  const [, machine, kind = '', what] = /^(?:On (.+?)\. )?The agent asks\. (\w+): (.*)$/.exec(words) ?? []
  return what ? `${machine ? `${says.on(sayIdentifier(machine))} ` : ''}${says.asks(kind, sayCode(what))}` : words
}

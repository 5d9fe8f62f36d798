/** Time, a mouth, ears and a Janus in the hands of a test. */
import {vi} from 'vitest'

import {Driver} from '../../src/drive/driver'
import type {Clock, Ears, Hearer, Mouth} from '../../src/voice/engines'
import type {Janus, View} from '../../src/drive/janus'
import type {Cue} from '../../src/drive/parts'
import type {SpokenAnswer} from '../../src/lib/spoken-api'
import {ApiError} from '../../src/lib/api-error'
import type {Permission, Project, SessionInfo} from '../../src/lib/types'

export class Time implements Clock {
  #now = 0
  #timers: {at: number; then: () => void}[] = []

  now = () => this.#now

  after = (milliseconds: number, then: () => void) => {
    const timer = {at: this.#now + milliseconds, then}
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter(it => it !== timer))
  }

  /** Let so many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    for (;;) {
      await settle()
      const [next] = this.#timers.filter(({at}) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#timers = this.#timers.filter(it => it !== next)
      this.#now = Math.max(this.#now, next.at)
      next.then()
    }
    this.#now = end
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** Fails the test as soon as Janus speaks and listens at once. */
export class Room {
  speaking = false
  open = false

  check(): void {
    if (this.speaking && this.open) throw new Error('Janus listens to itself')
  }
}

/** A voice that takes its time; `broken` ones never report an end. */
export class Voice implements Mouth {
  said: {text: string; at: number}[] = []
  broken = false
  /** It reports that it could not say it. */
  silent = false
  perCharacter = 60
  stopped = 0
  #current = {}

  constructor(readonly time: Time, readonly room: Room) {}

  say(text: string, done: (said: boolean) => void): void {
    if (this.room.speaking) throw new Error('two voices at once')
    const mine = (this.#current = {})
    this.said.push({text, at: this.time.now()})
    this.room.speaking = true
    this.room.check()
    if (this.broken) return
    this.time.after(text.length * this.perCharacter, () => {
      if (this.#current !== mine) return
      this.room.speaking = false
      done(!this.silent)
    })
  }

  stop(): void {
    this.stopped++
    this.#current = {}
    this.room.speaking = false
  }

  get texts(): string[] {
    return this.said.map(({text}) => text)
  }
}

/** A recogniser; a `stubborn` one never ends. */
export class Recogniser implements Ears {
  starts = 0
  stubborn = false
  mute = false
  #hearer: Hearer | undefined

  constructor(readonly time: Time, readonly room: Room) {}

  start(hearer: Hearer): void {
    this.starts++
    this.room.open = true
    this.room.check()
    this.#hearer = hearer
    if (!this.mute) this.time.after(50, () => hearer === this.#hearer && hearer.began())
  }

  stop(): void {
    if (!this.stubborn) this.time.after(80, () => this.end())
    else this.room.open = false // the browser's recogniser was thrown away
  }

  abort(): void {
    this.stop()
  }

  end(): void {
    const hearer = this.#hearer
    this.#hearer = undefined
    this.room.open = false
    hearer?.end()
  }

  hear(text: string, sure = true): void {
    this.#hearer?.text({text, sure})
  }

  trouble(message: string, again: boolean): void {
    this.#hearer?.trouble(message, again)
    this.end()
  }

  get hearer(): Hearer | undefined {
    return this.#hearer
  }

  get open(): boolean {
    return this.#hearer !== undefined
  }
}

export const session = (id: string, name: string, more: Partial<SessionInfo> = {}) =>
  ({session_id: id, name, title: name, project_id: 'p', project: 'shop', ...more}) as SessionInfo

export const asks = (id: string, title = 'ls'): Permission => ({
  request_id: id,
  kind: 'permission',
  title,
  options: [
    {id: 'yes', name: 'Allow once', kind: 'allow_once'},
    {id: 'always', name: 'Always', kind: 'allow_always'},
    {id: 'no', name: 'Reject', kind: 'reject_once'},
  ] as Permission['options'],
})

export const unclear = (message = 'That is no clear yes. Say: "allow it once", and nothing else.') =>
  new ApiError(409, 'CONSENT_UNCLEAR', message)
export const cut = () => new ApiError(0, 'NOT_REACHED', 'Janus cannot be reached.')

/** A drive on a session that rests. */
export function drive(more: {language?: string} = {}) {
  const time = new Time()
  const room = new Room()
  const mouth = new Voice(time, room)
  const ears = new Recogniser(time, room)
  const cues: Cue[] = []
  const phases: string[] = []
  const problems: string[] = []
  const all = [session('s', 'Fix the cart'), session('t', 'Write the docs'), session('u', 'Broken build')]
  let sent = 0
  let view: View = {messages: [], busy: false, asked: undefined, connected: true}
  const janus = {
    readOnly: false,
    sessions: () => all,
    projects: () => [{project_id: 'p', name: 'shop'}, {project_id: 'q', name: 'flower-mail'}] as unknown as Project[],
    nameOf: ({name}) => name ?? '',
    open: vi.fn(),
    connected: () => view.connected,
    send: vi.fn(async (_: string, __: string) => `m${++sent}`),
    begin: vi.fn((_: string, __: string) => ({sessionId: 'new', sent: Promise.resolve(`m${++sent}`)})),
    takeBack: vi.fn(async () => 'taken' as const),
    stop: vi.fn(async () => ({})),
    readOut: vi.fn(async (session_id: string, request_id: string) => ({session_id, request_id, words: 'The agent asks. Run: ls', option_id: 'yes', digest: 'd1'})),
    answer: vi.fn(async (_: string, __: string, ___: SpokenAnswer): Promise<unknown> => ({})),
    digest: vi.fn(async () => ({text: 'Nothing needs you.', needs: [] as SessionInfo[], finished: [] as SessionInfo[], failed: [] as SessionInfo[], working: 0})),
    end: vi.fn(async (session_id: string) => ({session_id, status: 'ended' as const, summary: 'The cart was fixed.', summary_saved: true, branch: null, worktree_path: null, branch_deleted: false, landed: ''})),
    stopLine: reason => (reason === 'cancelled' ? 'Stopped by you' : ''),
    stepOf: ({title}) => title,
  } satisfies Janus
  const louder = vi.fn(() => true)
  const pace = vi.fn()
  const leave = vi.fn()
  const driver: Driver = new Driver(
    {clock: time, mouth, ears, janus, cue: cue => cues.push(cue), louder, pace, leave, ...more},
    {phase: phase => phases.push(phase), session: () => {}, problem: message => problems.push(message)},
  )
  const look = async (changes: Partial<View> = {}) => {
    view = {...view, ...changes}
    driver.look(view)
    await time.pass(0)
  }
  return {
    time, room, mouth, ears, cues, phases, problems, janus, driver, look, louder, pace, leave, all,
    /** What was said since the last time this was asked. */
    heard: () => mouth.said.splice(0).map(({text}) => text),
    /** Open the session, and wait until Janus listens. */
    async ready() {
      await driver.begin('s')
      await look()
      await time.pass(10_000)
      while (!ears.open) {
        driver.tapTalk()
        await time.pass(TAKES)
      }
      mouth.said.length = 0
      cues.length = 0
    },
    /** Wait until Janus listens, and say it. */
    async user(text: string, sure = true) {
      for (let wait = 0; !ears.open && wait < 600; wait++) {
        // Who is not listened to any more taps.
        if (wait % 20 === 19 && driver.floor.phase === 'quiet') driver.tapTalk()
        await time.pass(100)
      }
      if (!ears.open) throw new Error(`nobody listens to "${text}"; it said ${mouth.texts.join(' | ')}`)
      ears.hear(text, sure)
    },
  }
}

const TAKES = 400

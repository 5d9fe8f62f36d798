/** Tells that the agent still works, and at what, while there is nothing else to say. */
import type {View} from './janus'
import type {Reins} from './orders'
import {clauseOf} from './reader'
import type {DriverParts} from './parts'
import {says} from './strings'

/** Milliseconds between two looks; steps are told at each, the rest less often. */
const LOOK = 5000
const TICK = 20_000
const MINUTE = 60_000

type Parts = Pick<DriverParts, 'clock' | 'cue' | 'janus'>
type Teller = Pick<Reins, 'say' | 'floor'>

export class Progress {
  readonly #parts: Parts
  readonly #view: () => View | undefined
  readonly #reins: Teller
  readonly #told = new Set<string>()
  #since = 0
  #looks = 0
  #stop: (() => void) | undefined

  constructor(parts: Parts, view: () => View | undefined, reins: Teller) {
    this.#parts = parts
    this.#view = view
    this.#reins = reins
  }

  /** Something has changed. */
  follow(): void {
    if (!this.#view()?.busy) this.close()
    else if (!this.#stop) {
      this.#since = this.#parts.clock.now()
      this.#looks = 0
      this.#next()
    }
  }

  /** May be called twice. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #next(): void {
    this.#stop = this.#parts.clock.after(LOOK, () => {
      this.#look()
      this.#next()
    })
  }

  #look(): void {
    const {janus, cue, clock} = this.#parts
    const {floor} = this.#reins
    const {messages = [], connected, asked} = this.#view() ?? {}
    this.#looks++
    if (floor.phase !== 'quiet' || !connected || asked) return
    const fresh = messages.filter(it => it.is_streaming).flatMap(it => it.tool_calls).filter(({id}) => !this.#told.has(id))
    for (const {id} of fresh) this.#told.add(id)
    const minutes = (clock.now() - this.#since) / MINUTE
    if (fresh.length) this.#reins.say(says.doing(clauseOf(fresh, janus.stepOf)))
    else if (this.#looks % (MINUTE / LOOK) === 0) this.#reins.say(says.stillWorking(Math.round(minutes)))
    else if (this.#looks % (TICK / LOOK) === 0) cue('working')
  }
}

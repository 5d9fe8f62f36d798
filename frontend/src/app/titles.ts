import {signal} from '@preact/signals'

import {loadItem, removeItem, saveItem} from './local-storage'
import type {AgentInfo, SessionInfo} from '../lib/types'

const NAME = 'titles'
/** How many sessions are remembered, the newest. */
const MOST = 50
const LONGEST = 60

/** Titles for sessions without a name: the first words that were said in them. */
export class Titles {
  readonly #words = signal<Record<string, string>>(loadItem(NAME, {}))

  has(sessionId: string): boolean {
    return sessionId in this.#words.value
  }

  /** Remember the first words of a session. */
  learn(sessionId: string, said: string): void {
    const words = shortened(said)
    if (!words || this.#words.peek()[sessionId] === words) return
    const entries = Object.entries({...this.#words.peek(), [sessionId]: words})
    this.#words.value = Object.fromEntries(entries.slice(-MOST))
    saveItem(NAME, this.#words.value)
  }

  of({name, session_id, agent}: SessionInfo, agents: AgentInfo[]): string {
    const label = agents.find(known => known.name === agent)?.label ?? agent
    return name || this.#words.value[session_id] || label
  }

  forget(): void {
    this.#words.value = {}
    removeItem(NAME)
  }
}

/** The first line, shortened at a word boundary. */
export function shortened(said: string): string {
  const line = said.trim().split('\n')[0]!.trim()
  if (line.length <= LONGEST) return line
  const cut = line.slice(0, LONGEST)
  return `${cut.slice(0, cut.lastIndexOf(' ') > 20 ? cut.lastIndexOf(' ') : LONGEST)} …`
}

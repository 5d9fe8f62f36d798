import {signal} from '@preact/signals'

import {loadItem, removeItem, saveItem} from './local-storage'
import type {AgentInfo, SessionInfo} from '../lib/types'

const NAME = 'titles'
/** Sessions whose first words are remembered, the newest. */
const MOST = 50
const LONGEST = 60

/** What sessions without a name are called: the first words that were said in them. */
export class Titles {
  readonly #words = signal<Record<string, string>>(loadItem(NAME, {}))

  has(sessionId: string): boolean {
    return sessionId in this.#words.value
  }

  /** Remember what was said first. */
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

/** The first line, cut after a word. */
export function shortened(said: string): string {
  const line = said.trim().split('\n')[0]!.trim()
  if (line.length <= LONGEST) return line
  const cut = line.slice(0, LONGEST)
  return `${cut.slice(0, cut.lastIndexOf(' ') > 20 ? cut.lastIndexOf(' ') : LONGEST)} …`
}

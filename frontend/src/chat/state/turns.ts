/** What is known of a turn only from its events: when it began, the agent's thoughts, how long calls took. */

import {signal, type Signal} from '@preact/signals'

import type {State, StreamItem} from '../../lib/types'

export class Turns {
  readonly #begun = new Map<string, number>()
  readonly #thoughts = new Map<string, Signal<string>>()
  readonly #calls = new Map<string, {from: number; to?: number}>()

  receive(...[name, data]: StreamItem): void {
    if (name === 'status' && data.turn === 'started' && data.turn_id) {
      this.#begun.set(data.turn_id, Date.now())
    } else if (name === 'thought_delta' && data.turn_id) {
      const thoughts = this.thoughts(data.turn_id)
      thoughts.value += data.text
    } else if (name === 'tool_call') {
      const at = Date.parse(data.at)
      const call = this.#calls.get(data.id)
      if (!call) this.#calls.set(data.id, {from: at})
      else if (data.status !== 'in_progress') call.to ??= at
    }
  }

  /** The agent's thoughts in a turn, as they grow; empty if this page was not connected. */
  thoughts(turn: string): Signal<string> {
    const known = this.#thoughts.get(turn) ?? signal('')
    this.#thoughts.set(turn, known)
    return known
  }

  /** Seconds a tool call took; undefined if it is running, or this page was not connected. */
  took(callId: string): number | undefined {
    const {from, to} = this.#calls.get(callId) ?? {}
    return from === undefined || to === undefined ? undefined : (to - from) / 1000
  }

  /** When the running turn began, in milliseconds of this device's clock. */
  begun({messages, running_turn_id: turn}: State): number {
    if (!turn) return Date.now()
    const prompt = messages.find(message => message.sender === 'user' && message.turn_id === turn)
    // The clocks may differ, but nothing began in the future.
    return this.#begun.get(turn) ?? Math.min(Date.now(), prompt ? Date.parse(prompt.timestamp) : Date.now())
  }
}

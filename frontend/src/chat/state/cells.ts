import {batch, signal, type Signal} from '@preact/signals'

import type {Message} from '../../lib/types'
import {rowKey, sameMessage} from './rows'

/**
 * The messages, each in a signal of its own: a message that grows changes its cell, and `all` is a
 * new array only when messages come or go.
 */
export class Cells {
  readonly all = signal<readonly Message[]>([])
  /** Those before the newest ones that are in the state. */
  readonly earlier = signal<readonly Message[]>([])
  readonly #cells = new Map<string, Signal<Message>>()
  #newest: readonly Message[] = []

  /** The message of a row, as it grows. */
  of(key: string): Signal<Message> | undefined {
    return this.#cells.get(key)
  }

  show(newest: readonly Message[]): void {
    // A state has only the newest messages: those that drop out of it are still shown.
    const dropped = this.#newest.findIndex(message => message.id === newest[0]?.id)
    const kept = dropped > 0 ? this.#newest.slice(0, dropped) : []
    this.#newest = newest
    this.#draw([...this.earlier.peek(), ...kept])
  }

  /** Show these messages before those that are shown. */
  showEarlier(earlier: readonly Message[]): void {
    const known = new Set(this.all.peek().map(rowKey))
    this.#draw([...earlier.filter(message => !known.has(rowKey(message))), ...this.earlier.peek()])
  }

  #draw(earlier: readonly Message[]): void {
    const shown = this.all.peek()
    const all = [...earlier, ...this.#newest]
    let changed = all.length !== shown.length
    batch(() => {
      all.forEach((message, index) => {
        const cell = this.#cells.get(rowKey(message))
        if (!cell) this.#cells.set(rowKey(message), signal(message))
        else if (!sameMessage(cell.peek(), message)) cell.value = message
        changed ||= shown[index]?.id !== message.id
      })
      if (earlier.length !== this.earlier.peek().length) this.earlier.value = earlier
      if (changed) this.all.value = all
    })
  }
}

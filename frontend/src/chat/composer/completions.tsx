import {signal, type Signal} from '@preact/signals'
import {useEffect, useMemo} from 'preact/hooks'

import type {ChatContext} from '../state/chat-context'
import {words} from '../strings'
import {commandsFor, completed, wantedAt, type Wanted} from './completion'

const LIST = 'completions'
/** Milliseconds after the last key; and how many are offered. */
const [PAUSE, MOST] = [80, 8]
/** Characters of a message in which nothing is completed. */
const LONG = 5000

interface Offer {
  /** What is put into the message. */
  text: string
  hint: string
}

/** Offers what completes the word before the caret of a field. */
export class Completions {
  readonly offers = signal<readonly Offer[]>([])
  /** The position of the one that Enter takes. */
  readonly chosen = signal(0)
  readonly #chat: ChatContext
  readonly #text: Signal<string>
  #wanted: Wanted | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #dismissed = -1

  constructor(chat: ChatContext, text: Signal<string>) {
    this.#chat = chat
    this.#text = text
  }

  /** The text or the caret is another one. */
  look(): void {
    clearTimeout(this.#timer)
    // Of a long text, asking where the caret is takes a browser seconds.
    const field = this.#text.peek().length > LONG ? null : this.#field()
    const wanted = field && document.activeElement === field ? wantedAt(this.#text.peek(), field.selectionStart) : undefined
    if (wanted?.from !== this.#wanted?.from) this.#dismissed = -1
    this.#wanted = wanted
    if (!wanted || wanted.from === this.#dismissed) return this.close()
    if (wanted.kind === 'command') {
      const commands = this.#chat.conversation.state.peek()?.commands ?? []
      return this.#offer(commandsFor(commands, wanted.query).slice(0, MOST).map(({name, description, hint}) => ({text: name, hint: description || hint})))
    }
    this.#timer = setTimeout(() => void this.#find(wanted), PAUSE)
  }

  close(): void {
    clearTimeout(this.#timer)
    if (this.offers.peek().length) this.offers.value = []
  }

  take(offer: Offer): void {
    const field = this.#field()
    if (!field || !this.#wanted) return
    const {text, caret} = completed(this.#text.peek(), field.selectionStart, this.#wanted, offer.text)
    this.#text.value = text
    this.close()
    // Once the field has it.
    setTimeout(() => {
      field.focus()
      field.setSelectionRange(caret, caret)
    })
  }

  onKey(event: KeyboardEvent): void {
    const offers = this.offers.peek()
    if (!offers.length || event.isComposing) return
    const {key} = event
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      const step = key === 'ArrowDown' ? 1 : -1
      this.chosen.value = (this.chosen.peek() + step + offers.length) % offers.length
    } else if (key === 'Escape') {
      this.#dismissed = this.#wanted?.from ?? -1
      this.close()
    } else if ((key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) || key === 'Tab') {
      this.take(offers[this.chosen.peek()]!)
    } else return
    event.preventDefault()
  }

  async #find(wanted: Wanted): Promise<void> {
    const {app, conversation} = this.#chat
    const paths = await app.api.work.files(conversation.sessionId, wanted.query, MOST).catch(() => [])
    if (this.#wanted === wanted) this.#offer(paths.map(text => ({text, hint: ''})))
  }

  #offer(offers: readonly Offer[]): void {
    // Complete already: Enter sends.
    const only = offers.length === 1 && offers[0]!.text === this.#wanted?.query
    const before = this.offers.peek().length
    this.offers.value = only ? [] : offers
    this.chosen.value = 0
    if (!before && offers.length && !only) this.#chat.app.announce(words.completions(offers.length))
  }

  #field(): HTMLTextAreaElement | null {
    return document.getElementById('composer') as HTMLTextAreaElement | null
  }
}

/** Those of the field for messages. */
export function useCompletions(chat: ChatContext, text: Signal<string>): Completions {
  const completions = useMemo(() => new Completions(chat, text), [chat])
  useEffect(() => {
    const look = () => completions.look()
    document.addEventListener('selectionchange', look)
    return () => {
      document.removeEventListener('selectionchange', look)
      completions.close()
    }
  }, [completions])
  useEffect(() => completions.look(), [text.value])
  return completions
}

/** The offers, above the field. */
export function CompletionList({completions}: {completions: Completions}) {
  const offers = completions.offers.value
  // For screen readers, which are in the field: which one is chosen.
  useEffect(() => {
    const field = document.getElementById('composer')
    if (!offers.length) return
    field?.setAttribute('aria-controls', LIST)
    field?.setAttribute('aria-activedescendant', `${LIST}-${completions.chosen.value}`)
    return () => {
      field?.removeAttribute('aria-controls')
      field?.removeAttribute('aria-activedescendant')
    }
  }, [offers, completions.chosen.value])
  if (!offers.length) return null
  return (
    <ul id={LIST} class="completions" role="listbox" aria-label={words.completionsLabel}>
      {offers.map((offer, index) => (
        <li
          key={offer.text}
          id={`${LIST}-${index}`}
          role="option"
          aria-selected={index === completions.chosen.value}
          // The keyboard stays as it is.
          onMouseDown={event => event.preventDefault()}
          onClick={() => completions.take(offer)}
        >
          <bdi translate={false}>{offer.text}</bdi>
          {offer.hint && <span class="hint" dir="auto">{offer.hint}</span>}
        </li>
      ))}
    </ul>
  )
}

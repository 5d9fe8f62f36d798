// @ts-check
/** What the page knows: who answers, and what was said. It has never heard of a DOM or a network. */

/**
 * A question and what became of it. `id` is ours; `turn` is the server's, once it has accepted it.
 * @typedef {{id: string, question: string, at: string, state: 'waiting' | 'answered' | 'failed',
 *   turn?: string, answer?: string, answeredAt?: string, problem?: string, status?: number}} Turn
 *
 * What is no question: a remark of the page, or the summary of a conversation.
 * @typedef {{id: string, kind: 'note' | 'summary', text: string}} Note
 *
 * Something to fill in, as the server has it.
 * @typedef {{id: string, title: string, description: string, kind: string, required: boolean,
 *   default?: any, choices?: {id: string, name: string}[]}} Field
 *
 * One thing to be seen, perhaps with some code, or fields to fill in. `actions` are buttons: what to do about the item `id`, and how it is called.
 * @typedef {{key: string, kind: string, text?: string, code?: string, fields?: Field[], at?: string,
 *   id?: string, actions?: Record<string, string>}} Row
 */

export class Talk extends EventTarget {
  /** @type {string | null} */ session = null
  /** @type {(Turn | Note)[]} */ items = []
  /** What `/api/health` said. @type {any} */ health = null
  /** This device, as the server has it. @type {any} */ me = null
  /** Whether the server does not know this device, or not any more. */ stranger = false
  /** What the agent asks the user, as the server has it. @type {any[]} */ permissions = []
  /** Why Janus could not be reached when the page was opened. */ trouble = ''
  /** Since when the session is being ended. */ endingSince = ''

  /** @returns {Turn[]} */
  get turns() {
    return this.items.filter((item) => 'question' in item)
  }

  /** Whether this device may only look. */
  get onlyLooks() {
    return this.me?.scope === 'read'
  }

  /** Whether the server works on something whose answer has to be looked for. */
  get unfinished() {
    return this.turns.some((turn) => isOpen(turn) && turn.turn)
  }

  /** Whether any question has no answer yet. */
  get waiting() {
    return this.turns.some(isOpen)
  }

  /** @param {Partial<Talk>} news */
  set(news) {
    Object.assign(this, news)
    this.dispatchEvent(new Event('change'))
  }

  /** @template {Turn | Note} T @param {T} item */
  add(item) {
    this.set({items: [...this.items.filter((other) => other !== item), item]})
    return item
  }

  /** @param {Turn} turn @param {Partial<Turn>} news */
  change(turn, news) {
    Object.assign(turn, news)
    // A question sent again after a reload may turn out to be one the server has already shown.
    const isTwin = (other) => other !== turn && turn.turn && other.turn === turn.turn
    this.set({items: this.items.filter((other) => !isTwin(other))})
  }

  /** A question that an earlier visit left without an answer. @param {Turn} left */
  restore(left) {
    const isIt = (/** @type {Turn} */ turn) =>
      turn.id === left.id || (turn.id === turn.turn && turn.question === left.question)
    const known = this.turns.find((turn) => isOpen(turn) && isIt(turn))
    return known ? Object.assign(known, {id: left.id}) : this.add({...left, state: 'waiting'})
  }

  /** The conversation as the server has it. @param {any[]} conversation */
  take(conversation) {
    for (const {role, content, timestamp, turn_id} of conversation) {
      /** @type {Turn} */ const turn =
        this.turns.find((turn) => turn.turn === turn_id) ??
        this.turns.find((turn) => isOpen(turn) && !turn.turn && turn.question === content) ??
        this.add({id: turn_id, question: content, at: timestamp, state: 'waiting'})
      turn.turn = turn_id
      if (role === 'assistant') {
        Object.assign(turn, {state: 'answered', answer: content, answeredAt: timestamp})
      }
      if (role === 'system') Object.assign(turn, {state: 'failed', problem: content})
    }
    this.set({})
  }

  /** The session is gone, and with it every answer that was still to come. */
  close() {
    const problem = 'The conversation ended before this was answered.'
    for (const turn of this.turns) {
      if (isOpen(turn) && turn.turn) Object.assign(turn, {state: 'failed', problem})
    }
    this.set({session: null})
  }

  /** Everything to be seen, in order. @returns {Row[]} */
  rows() {
    const items = this.items.flatMap((item) => this.#rowsOf(item))
    if (this.onlyLooks) for (const row of items) delete row.actions
    const rows = [...this.#notices(), ...items, ...this.permissions.map(cardOf)]
    const ending = {key: 'ending', kind: 'wait', text: 'Ending, with a summary', at: this.endingSince}
    return this.endingSince ? [...rows, ending] : rows
  }

  /** @returns {Row[]} */
  #notices() {
    const {agent, storage} = this.health ?? {}
    const rows = []
    if (this.trouble) rows.push({kind: 'alert', text: this.trouble, actions: {open: 'Try again'}})
    else if (agent?.available === false) {
      rows.push({kind: 'alert', text: agent.message, actions: {open: 'Look again'}})
    }
    if (agent?.demo) rows.push({kind: 'demo', text: agent.message})
    if (this.onlyLooks) {
      const seen = this.session ? 'Here is the latest conversation.' : 'There is no conversation yet.'
      const actions = this.session ? undefined : {open: 'Look again'}
      rows.push({kind: 'demo', text: `This device may only look. ${seen}`, actions})
    }
    if (storage?.ok === false) rows.push({kind: 'alert', text: storage.message})
    return rows.map((row) => ({key: row.text, ...row}))
  }

  /** @param {Turn | Note} item @returns {Row[]} */
  #rowsOf(item) {
    const {id} = item
    if (!('question' in item)) {
      const actions = item.kind === 'summary' ? {fresh: 'New conversation'} : undefined
      return [{key: id, ...item, actions}]
    }
    const {question, at, state, turn, answer, answeredAt, problem, status = 0} = item
    /** @type {Row[]} */ const rows = [{key: id, kind: 'user', text: question, at}]
    if (answer) rows.push({key: `${id} answer`, kind: 'agent', text: answer, at: answeredAt})
    if (state === 'waiting') {
      const working = turn ? 'Still working; the answer will appear here' : 'Working'
      const isFirst = item === this.turns.find(isOpen)
      const text = isFirst ? working : 'Sent; it waits for its turn'
      rows.push({key: `${id} wait`, kind: 'wait', text, at})
    }
    if (state === 'failed') {
      const isLast = item === this.turns.at(-1)
      const retry = ![400, 413].includes(status) && {retry: 'Retry'} // words too long stay too long
      rows.push({
        key: `${id} problem`,
        kind: 'problem',
        text: turn ? problem : `${problem} Your question is kept.`,
        // What the server accepted once it does not do again: that takes a new question.
        actions: turn ? (isLast ? {again: 'Ask again'} : {}) : {...retry, edit: 'Edit'},
        id,
      })
    }
    return rows
  }
}

/** What the agent asks, with a button for each answer. @param {any} asked @returns {Row} */
function cardOf({request_id: id, title, text, url, tool_call, fields, options}) {
  return {
    key: id,
    kind: 'permission',
    text: [title, text, url].filter(Boolean).join('\n\n'),
    code: tool_call?.output,
    fields,
    actions: Object.fromEntries(options.map((option) => [option.id, option.name])),
    id,
  }
}

/** @param {Turn} turn */
const isOpen = (turn) => turn.state === 'waiting'

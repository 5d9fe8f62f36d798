import {apply} from './apply'
import type {State, StreamEvent, StreamItem} from './types'

/**
 * The state to show of one session, from its stream and from answers to requests. Events cannot be
 * applied to every state: one that is ahead of the stream, as answers are, may already contain half
 * of the text that the next event brings. Such a state is shown until the events have caught up.
 */
export class LiveState {
  #followed: State | undefined
  #shown: State | undefined

  /** The newest state; undefined before the first one. */
  get current(): State | undefined {
    return this.#shown
  }

  /** Take an item of the stream, as `ChatManager` passes it to `onEvent`. */
  receive(...[name, data, seq]: StreamItem): void {
    if (name === 'message') {
      this.#receiveState(data, seq)
      return
    }
    if (!this.#followed) return
    this.#followed = apply(this.#followed, {name, data} as StreamEvent)
    this.#showNewest(this.#followed)
  }

  /** Take a state from elsewhere: the answer to a request. */
  offer(state: State): void {
    if (!this.#shown || state.seq > this.#shown.seq) this.#shown = state
  }

  #receiveState(state: State, seq = state.seq): void {
    const was = this.#followed
    const ahead = was !== undefined && state.seq > seq
    // No event says which agent it is.
    this.#followed = ahead ? {...was, agent: state.agent} : state
    // A log can be lost with its disk: then the state shown is of a conversation that is gone.
    if (was && state.seq < was.seq) this.#shown = undefined
    this.#showNewest(state)
  }

  #showNewest(state: State): void {
    if (!this.#shown || state.seq >= this.#shown.seq) this.#shown = state
  }
}

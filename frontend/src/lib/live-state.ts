import {apply} from './apply'
import type {State, StreamEvent, StreamItem} from './types'

/**
 * The state to show, of all that is heard of one session. Not every state can be built upon: one
 * that came ahead of its events (an answer to a request does) may have half of the text that the
 * next event brings as one piece. Such a state is shown until the events have caught up with it.
 */
export class LiveState {
  #followed: State | undefined
  #shown: State | undefined

  /** The newest state; none before anything was heard. */
  get current(): State | undefined {
    return this.#shown
  }

  /** Take what came on the stream, as `ChatManager` hands it to `onEvent`. */
  receive(...[name, data, seq]: StreamItem): void {
    if (name === 'message') {
      this.#receiveState(data, seq)
      return
    }
    if (!this.#followed) return
    this.#followed = apply(this.#followed, {name, data} as StreamEvent)
    this.#showNewest(this.#followed)
  }

  /** Take a state that came otherwise: as the answer to a request, or from a cache. */
  offer(state: State): void {
    if (!this.#shown || state.seq > this.#shown.seq) this.#shown = state
  }

  #receiveState(state: State, seq = state.seq): void {
    const was = this.#followed
    const ahead = was !== undefined && state.seq > seq
    // Which agent it is stands in no event.
    this.#followed = ahead ? {...was, agent: state.agent} : state
    // A log can be lost with its disk: then what was shown is of a conversation that is gone.
    if (was && state.seq < was.seq) this.#shown = undefined
    this.#showNewest(state)
  }

  #showNewest(state: State): void {
    if (!this.#shown || state.seq >= this.#shown.seq) this.#shown = state
  }
}

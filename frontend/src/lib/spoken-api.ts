/** The part of the HTTP API that is for the ear. */

import type {Requests} from './requests'
import type {DigestAnswer, SpokenQuestion, State, Transcript, VoiceState} from './types'

/** Milliseconds in which a model is loaded. */
const LOADING = 75_000

export interface SpokenAnswer {
  option_id: string
  /** All that was heard. */
  spoken: string
  /** Of what was read out. */
  digest?: string | undefined
  transcript_id?: string | undefined
}

export class SpokenApi {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  /** What to read out before a question is answered by voice. */
  readOut(session_id: string, request_id: string): Promise<SpokenQuestion> {
    return this.#requests.call('GET /api/permission', {query: {session_id, request_id}})
  }

  /** Answer with what was heard: Janus decides whether that is a yes. */
  answer(session_id: string, request_id: string, answer: SpokenAnswer): Promise<State> {
    return this.#requests.call('POST /api/permission', {body: {session_id, request_id, ...answer}})
  }

  /** All sessions in fifty words. */
  digest(): Promise<DigestAnswer> {
    return this.#requests.call('GET /api/digest', {query: {}})
  }

  /** Which voice engines Janus has. */
  voice(): Promise<VoiceState> {
    return this.#requests.call('GET /api/voice', {})
  }

  /** A recording as words; it may have to load a model first. */
  transcribe(recording: Blob, session_id: string, language: string): Promise<Transcript> {
    const query = {language, ...(session_id && {session_id})}
    return this.#requests.call('POST /api/transcribe', {query, body: recording, timeout: LOADING})
  }

  /** Words as sound; it may have to load a voice first. */
  async speak(text: string, language: string): Promise<Blob> {
    return (await this.#requests.call('POST /api/speak', {body: {text, language}, timeout: LOADING})) as Blob
  }
}

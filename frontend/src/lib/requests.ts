import {inFront} from './ahead'
import {ApiError, isAnswer, isRefusal, notReached, readAnswer} from './api-error'
import type {Link} from './link'
import type {Calls} from './types'

/** Milliseconds for simple requests. */
export const SOON = 20_000
/** Characters; browsers limit `keepalive` to 64 KiB over all requests under way, so larger ones go without. */
const KEPT_ALIVE = 16_000

export interface RequestOptions {
  backendUrl?: string
  /** The write key this page received when it was paired. */
  key?: () => string | null | undefined
  credentials?: RequestCredentials
  fetch?: typeof fetch
  /** Told of every answer, and of every request without one. */
  link?: Link
  /** Called when Janus does not, or no longer, know this device, before anything else hears of it. */
  refused?: () => void
}

/** What a call takes: fields that its endpoint does not know do not compile. */
type Request<Name extends keyof Calls> = Pick<Calls[Name], keyof Calls[Name] & ('query' | 'body')> & {
  /** Milliseconds; infinite for as long as it takes. */
  timeout?: number
  /** Whoever asks asks again: this one is given up when Janus is back, rather than waited for. */
  repeated?: boolean
}

/** Requests to Janus, and their answers as JSON. */
export class Requests {
  readonly #options: RequestOptions

  constructor(options: RequestOptions) {
    this.#options = options
  }

  async call<Name extends keyof Calls>(name: Name, request: Request<Name>): Promise<Calls[Name]['answer']> {
    const {backendUrl = '', fetch = globalThis.fetch, link} = this.#options
    const {query, body, timeout = SOON, repeated} = request as {query?: Record<string, string>; body?: object; timeout?: number; repeated?: boolean}
    const [method = '', path = ''] = name.split(' ')
    const search = String(new URLSearchParams(query))
    const key = this.#options.key?.()
    let answer: Calls[Name]['answer']
    const patience = new AbortController()
    const timer = timeout < Infinity ? setTimeout(() => patience.abort(), timeout) : undefined
    const stop = repeated ? link?.subscribe(up => up && patience.abort(notReached())) : undefined
    try {
      const init = {...this.#init(method, body), signal: patience.signal}
      // Reading the answer counts too: the network may be lost in the middle of it.
      answer = (await readAnswer(await fetch(`${backendUrl}${path}${search && `?${search}`}`, init))) as Calls[Name]['answer']
      link?.answered()
    } catch (failure) {
      const error = asApiError(failure, patience.signal)
      // Who was let in meanwhile is not put out by what was asked before.
      if (isRefusal(error) && key === this.#options.key?.()) this.#options.refused?.()
      if (isAnswer(error)) link?.answered()
      else if (patience.signal.reason !== error) link?.lost()
      throw error
    } finally {
      clearTimeout(timer)
      stop?.()
    }
    // What was told to a device that was put out since is not shown, nor kept.
    if (key && key !== this.#options.key?.()) throw new ApiError(0, 'UNPAIRED', 'This device was unpaired, or paired anew, meanwhile.')
    return answer
  }

  #init(method: string, given: object | undefined): RequestInit {
    const {credentials, backendUrl} = this.#options
    const file = given instanceof Blob ? given : undefined
    const body = file ? undefined : given
    const key = this.#options.key?.()
    const headers: Record<string, string> = {
      ...(body && {'Content-Type': 'application/json'}),
      ...(file && {'Content-Type': 'application/octet-stream'}),
      ...(key && method !== 'GET' && {'X-Janus-Key': key}),
      // Below a path of a proxy, too; to another origin it would need leave.
      ...(key && !backendUrl?.includes('://') && inFront()),
    }
    const text = body && JSON.stringify(body)
    return {
      method,
      headers,
      ...(text && {body: text}),
      ...(file && {body: file}),
      // Closing the page must not lose what the user has just done.
      ...(method !== 'GET' && !file && (text?.length ?? 0) < KEPT_ALIVE && {keepalive: true}),
      ...(credentials && {credentials}),
    }
  }
}

function asApiError(failure: unknown, {aborted, reason}: AbortSignal): ApiError {
  if (aborted) return reason instanceof ApiError ? reason : new ApiError(0, 'TIMEOUT', 'Janus did not answer in time.')
  return failure instanceof ApiError ? failure : notReached()
}

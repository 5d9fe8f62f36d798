// @ts-check
/** The wire: the only file that knows Janus' doors. */

import {get} from './shelf.js'

/** Milliseconds a small call may take; a question and an end take as long as the agent does. */
const PATIENCE = 20_000

/** A call that failed, in words for the user. `status` is 0 when Janus was not heard at all. */
export class Failure extends Error {
  /**
   * *wait*: in how many seconds to try again, where Janus says so.
   * @param {string} message @param {number} status @param {Record<string, any>} details
   */
  constructor(message, status = 0, details = {}, wait = 0) {
    super(message)
    this.status = status
    this.details = details
    this.wait = wait
  }

  /** The session ended, or never was. */
  get gone() {
    return this.details.code === 'SESSION_NOT_FOUND'
  }

  /** The agent has the question and goes on; its answer has to be looked for. */
  get late() {
    return this.details.code === 'ASK_TIMEOUT'
  }
}

/** What to call when a call failed; *wrote* if it was to change something. */
let failed = (/** @type {Failure} */ failure, /** @type {boolean} */ wrote) => {}
/** @param {typeof failed} act */
export const onFailure = (act) => void (failed = act)

/**
 * Let this device in: the answer has the key that goes with every write.
 * @param {string} code @param {string} name
 */
export const pair = (code, name) => call('pair', {code, name})
/** @param {string} scope */
export const invite = (scope) => call('pair/new', {scope})
export const devices = () => call('devices')
/** Let a device in no more, or `all`. @param {string} id */
export const revoke = (id) => call(`devices?device_id=${encodeURIComponent(id)}`, {}, PATIENCE, 'DELETE')
export const sessions = () => call('sessions')
export const health = () => call('health')
export const start = () => call('session/start', {})
/** @param {string} session */
export const show = (session) => call(`session${of(session)}`)
/** @param {string} session */
export const state = (session) => call(`state${of(session)}`)
/**
 * Answer what the agent asked, perhaps with what was filled in.
 * @param {string} session @param {string} request @param {string} option @param {object} [answers]
 */
export const decide = (session, request, option, answers) =>
  call('permission', {session_id: session, request_id: request, option_id: option, answers})
/** @param {string} session */
export const heartbeat = (session) => call(`heartbeat${of(session)}`, {})
/** @param {string} session */
export const end = (session) => call(`session/end${of(session)}`, {}, 0)
/**
 * The same *id* again is the same question.
 * @param {string} session @param {string} question @param {string} id
 */
export const ask = (session, question, id) =>
  call(`ask${of(session)}`, {question, message_id: id}, 0)

/** @param {string} session */
const of = (session) => `?session_id=${encodeURIComponent(session)}`

/** POST *body*, or GET without one. @param {string} path @param {object} [body] @returns {Promise<any>} */
async function call(path, body, patience = PATIENCE, method = body ? 'POST' : 'GET') {
  let response, answer
  try {
    response = await fetch(`/api/${path}`, {
      method,
      headers: body && {'Content-Type': 'application/json', 'X-Janus-Key': get('key')},
      body: body && JSON.stringify(body),
      signal: patience ? AbortSignal.timeout(patience) : null,
    })
    answer = await response.json()
  } catch {
    // Cut off before its end, or not from Janus at all.
  }
  if (response?.ok && answer) return answer
  if (!response || response.ok) {
    throw new Failure('Janus cannot be reached. Is it running, and is this device connected?')
  }
  const {message = `Janus could not answer (${response.status}).`, ...details} = answer?.error ?? {}
  const wait = Number(response.headers.get('Retry-After')) || 0
  const failure = new Failure(message, response.status, details, wait)
  failed(failure, !!body)
  throw failure
}

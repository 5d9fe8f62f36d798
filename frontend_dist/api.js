// @ts-check
/** The wire: the only file that knows Janus' doors. */

/** Milliseconds a small call may take; a question and an end take as long as the agent does. */
const PATIENCE = 20_000

/** A call that failed, in words for the user. `status` is 0 when Janus was not heard at all. */
export class Failure extends Error {
  /** @param {string} message @param {number} status @param {Record<string, any>} details */
  constructor(message, status = 0, details = {}) {
    super(message)
    this.status = status
    this.details = details
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
async function call(path, body, patience = PATIENCE) {
  let response, answer
  try {
    response = await fetch(`/api/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: body && {'Content-Type': 'application/json'},
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
  throw new Failure(message, response.status, details)
}

// @ts-check
/**
 * The page of Janus.
 *
 *     hands (page.js) ──> app.js ──> the wire (api.js)
 *                            │
 *                            └─────> state (talk.js) ──change──> drawing (page.js)
 *
 * The form that lets a device in (pairing.js) and the sheet of devices (devices.js) are hands and
 * drawing of their own.
 */

import * as api from './api.js'
import * as devices from './devices.js'
import * as page from './page.js'
import * as pairing from './pairing.js'
import * as shelf from './shelf.js'
import {Talk} from './talk.js'

/** @typedef {import('./talk.js').Turn} Turn */

const HEARTBEAT = 30_000
const LOOK_AGAIN = 3_000
const LISTEN_AGAIN = 1_000

const talk = new Talk()
/** The session that is being started. @type {Promise<string> | null} */ let starting = null
/** The end that is being made. @type {Promise<void> | null} */ let ending = null
/** The last session that was ended by this page. */ let ended = ''
let following = false
let listening = false

/** Questions an earlier visit left without an answer. @type {Turn[]} */
const left = shelf.attempt(() => JSON.parse(shelf.get('unanswered'))) ?? []

talk.addEventListener('change', () => {
  shelf.set('unanswered', JSON.stringify([...left, ...talk.turns.filter((turn) => !turn.turn)]))
  page.draw(talk)
})
page.listen({ask, act, end: () => (ending = end()), typed: (text) => shelf.set('draft', text)})
page.write(shelf.get('draft'))
pairing.listen(pair)
devices.listen({list: api.devices, revoke: api.revoke, add: api.invite})
api.onFailure(({status, message}, wrote) => {
  if (status === 401) meet()
  // Whoever may do everything is refused only where its key is wrong.
  if (status === 403 && wrote && talk.me?.scope === 'full') meet(message)
})
window.addEventListener('hashchange', arrive)
window.addEventListener('storage', ({key}) => key === 'janus.key' && open()) // paired in another tab
window.addEventListener('online', beat)
document.addEventListener('visibilitychange', beat)
setInterval(() => talk.session && beat(), HEARTBEAT)
arrive()

/** A code may have come with the address; who may do everything already has no use for it. */
async function arrive() {
  const scanned = pairing.takeCode()
  await open()
  if (!scanned || !talk.me) return
  if (talk.onlyLooks) meet()
  else note('This device is paired already; the code is still good for another one.')
}

/** Who answers, and what has been said? */
async function open() {
  talk.session ??= shelf.get('session') || null
  try {
    const found = await api.devices()
    const me = found.devices.find((device) => device.device_id === found.this_device)
    if (me?.scope === 'full' && !shelf.get('key')) return meet()
    talk.set({me, health: await api.health(), trouble: '', stranger: false})
    if (me?.scope === 'read') talk.session ??= await latest()
    pairing.show(false)
    if (talk.session) await look(talk.session)
  } catch (failure) {
    if (talk.stranger) return
    talk.set({trouble: failure.message})
  }
  for (const turn of left.splice(0).map((old) => talk.restore(old))) {
    if (turn.turn) continue
    if (talk.session && !talk.trouble) send(turn)
    else talk.change(turn, {state: 'failed', problem: 'This was not answered.'})
  }
  for (const turn of talk.turns) if (turn.state === 'failed' && turn.status === 401) send(turn)
}

/** The server does not know this device, or not any more. @param {string} [why] */
function meet(why) {
  devices.close()
  talk.set({me: null, stranger: true})
  pairing.show(true, why)
}

/** Be let in, and go on where the page was. @param {string} code @param {string} name */
async function pair(code, name) {
  const {key} = await api.pair(code, name)
  shelf.set('key', key)
  await open()
  if (talk.stranger) {
    throw new api.Failure('This browser forgot the pairing at once. Allow this page cookies, and pair again.')
  }
  page.say('This device is paired.')
}

/** What a device that may only look looks at. */
async function latest() {
  const {sessions} = await api.sessions()
  sessions.sort((one, other) => one.last_activity.localeCompare(other.last_activity))
  return sessions.at(-1)?.session_id ?? null
}

/** Take over what the server knows of a session. */
async function look(session) {
  try {
    const {conversation} = await api.show(session)
    if (talk.session !== session) return
    talk.take(conversation)
    follow()
    listen()
  } catch (failure) {
    if (!failure.gone) throw failure
    forget(session)
  }
}

/** Look again and again until every question the server accepted has its answer, or all the time. */
async function follow() {
  if (following) return
  following = true
  while (talk.session && (talk.unfinished || talk.onlyLooks)) {
    await pause(LOOK_AGAIN)
    if (talk.session && !talk.stranger) await look(talk.session).catch(() => {}) // no connection: there will be one
  }
  following = false
}

/** While the agent works, it may ask the user for permission. */
async function listen() {
  if (listening || talk.onlyLooks) return
  listening = true
  while (talk.waiting) {
    await pause(LISTEN_AGAIN)
    const {session} = talk
    if (!session || ending || talk.stranger) continue
    try {
      // Not the state alone: to look for it would open a session that has ended.
      const {attention} = await api.show(session)
      const {permissions} = attention ? await api.state(session) : {permissions: []}
      if (talk.session === session) talk.set({permissions})
    } catch {
      // No connection, or no session any more: whoever waits for the answer will notice.
    }
  }
  talk.set({permissions: []})
  listening = false
}

/** What the agent asked is answered; another device may have been quicker. */
async function decide(request, option, answers) {
  const putAway = () =>
    talk.set({permissions: talk.permissions.filter((one) => one.request_id !== request)})
  if (!answers) putAway() // what was filled in stays until it has arrived
  try {
    await api.decide(talk.session, request, option, answers)
    putAway()
  } catch (failure) {
    note(failure.message)
  }
}

/** @param {string} question */
function ask(question) {
  send(talk.add({id: uuid(), question, at: now(), state: 'waiting'}))
}

/** Bring a question to the server; if its session is gone, to a new one. @param {Turn} turn */
async function send(turn, mayRestart = true) {
  talk.change(turn, {state: 'waiting', at: turn.state === 'failed' ? now() : turn.at})
  listen()
  await ending
  let session = ''
  try {
    session = talk.session ?? (await (starting ??= start()))
    const {answer, turn_id, timestamp} = await api.ask(session, turn.question, turn.id)
    talk.change(turn, {state: 'answered', turn: turn_id, answer, answeredAt: timestamp})
  } catch (failure) {
    const {message, status, details} = failure
    const accepted = details.turn_id && {turn: details.turn_id, answer: details.partial}
    if (failure.late) {
      talk.change(turn, accepted)
      follow()
    } else if (failure.gone && !accepted && session !== ended && mayRestart) {
      forget(session)
      talk.add(turn) // below the note that says so
      send(turn, false)
    } else {
      talk.change(turn, {...accepted, state: 'failed', problem: message, status})
    }
  }
}

async function start() {
  try {
    const {session_id} = await api.start()
    shelf.set('session', session_id)
    talk.set({session: session_id})
    return session_id
  } finally {
    starting = null
  }
}

async function end() {
  const session = (ended = talk.session ?? '')
  talk.set({endingSince: now()})
  try {
    const {summary, summary_saved} = await api.end(session)
    leave(session)
    const fate = summary_saved ? 'Saved' : 'It could not be saved'
    const text = summary
      ? `${summary}\n\n${fate} in .janus/conversation-summaries of your workspace.`
      : 'Nothing was said, so nothing was saved.'
    talk.add({id: uuid(), kind: 'summary', text})
  } catch (failure) {
    if (failure.gone) forget(session)
    else note(`${failure.message} Perhaps the conversation has not ended.`)
  }
  ending = null
  talk.set({endingSince: ''})
}

/** The session has ended without us. @param {string} session */
function forget(session) {
  if (talk.session !== session) return
  leave(session)
  const next = talk.onlyLooks ? '' : ' The agent no longer remembers it; a question begins a new one.'
  note(`The former conversation has ended.${next}`)
}

/** @param {string} session */
function leave(session) {
  if (shelf.get('session') === session) shelf.set('session', '') // else it is another tab's
  talk.close()
}

/** @param {string} text */
function note(text) {
  talk.add({id: uuid(), kind: 'note', text})
}

/** Tell the server that somebody is here; where it answers, send what could not be sent. */
async function beat() {
  const {session} = talk
  if (document.hidden || ending || talk.stranger || talk.onlyLooks) return
  try {
    if (session) await api.heartbeat(session)
  } catch (failure) {
    if (failure.gone) forget(session)
    return
  }
  for (const turn of talk.turns) if (turn.state === 'failed' && turn.status === 0) send(turn)
}

/** A button of a row was pressed. @param {string} name @param {string} [id] @param {object} [answers] */
function act(name, id, answers) {
  if (name === 'open') open()
  if (name === 'fresh') talk.set({items: []})
  if (talk.permissions.some((one) => one.request_id === id)) decide(id, name, answers)
  const turn = talk.turns.find((turn) => turn.id === id)
  if (!turn) return
  if (name === 'retry') send(turn)
  if (name === 'again') ask(turn.question)
  if (name === 'edit') {
    talk.set({items: talk.items.filter((item) => item !== turn)})
    page.giveBack(turn.question)
  }
}

const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds))
const now = () => new Date().toISOString()

/** A random UUID; over plain http `crypto.randomUUID` is missing. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-')
}

// @ts-check
/** The form that lets this device in. It sends nothing. */

import {get, set} from './shelf.js'

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const code = find('code')
const name = find('name')
const button = find('pair')
const problem = find('pair-problem')
const LENGTH = 10

/** Whether an answer is waited for. */ let busy = false
/** Until when no other code may be tried. */ let closedUntil = 0

/**
 * What to call with a code and a name; it fails with a Failure.
 * @param {(code: string, name: string) => Promise<void>} pair
 */
export function listen(pair) {
  code.addEventListener('input', (event) => event.isComposing || format())
  code.addEventListener('change', format)
  name.addEventListener('input', () => set('name', name.value))
  find('pairing').addEventListener('submit', async (event) => {
    event.preventDefault()
    if (busy || Date.now() < closedUntil) return
    format()
    if (plain(code.value).length < LENGTH) return complain(`A code has ${LENGTH} letters and digits.`)
    busy = true
    complain('')
    try {
      await pair(plain(code.value), name.value)
      code.value = ''
    } catch (failure) {
      busy = false // before the field is selected
      closedUntil = Date.now() + 1000 * (failure.wait ?? 0)
      complain(failure.message)
    }
    busy = false
    tick()
  })
  const guess = nameOf(navigator.userAgent, navigator.maxTouchPoints)
  name.value = get('name') || guess
  // Chrome on Android names the model to who asks for it, and to a page it trusts.
  const hints = /** @type {any} */ (navigator).userAgentData?.getHighEntropyValues?.(['model'])
  hints?.then(({model = ''}) => model && name.value === guess && (name.value = model.slice(0, 40)))
  setInterval(tick, 1000)
}

/** The code that came with the address, which from now on says nothing of it. */
export function takeCode() {
  const found = /^#p=(.+)/.exec(location.hash)
  if (!found) return false
  history.replaceState(null, '', location.pathname + location.search)
  code.value = found[1]
  format()
  return true
}

/** @param {boolean} open @param {string} [why] */
export function show(open, why = '') {
  const form = find('pairing')
  if (form.hidden === !open) return
  form.hidden = !open
  if (!open) return
  complain(why)
  // With a scanned code only the name is left to look at.
  const first = code.value ? name : code
  first.focus()
  first.select()
}

/** @param {string} message */
function complain(message) {
  problem.textContent = message
  problem.hidden = !message
  code.ariaInvalid = `${!!message}`
  tick()
  if (!message) return
  code.focus()
  code.select()
}

/** The button tells what happens, and how long nothing can. */
function tick() {
  const seconds = Math.ceil((closedUntil - Date.now()) / 1000)
  const wait = seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`
  button.disabled = busy || seconds > 0
  button.textContent = busy ? 'Pairing…' : seconds > 0 ? `Wait ${wait}` : 'Pair'
}

/** Two halves, with the caret where it was. */
function format() {
  const before = plain(code.value.slice(0, code.selectionStart)).length
  const text = plain(code.value).slice(0, LENGTH)
  const half = LENGTH / 2
  const shown = text.length > half ? `${text.slice(0, half)}-${text.slice(half)}` : text
  if (shown === code.value) return
  code.value = shown
  const caret = before > half ? before + 1 : before
  if (document.activeElement === code) code.setSelectionRange(caret, caret)
}

/** Without spaces, dashes and the like. @param {string} text */
const plain = (text) => text.replace(/[^a-z0-9]/gi, '').toUpperCase()

/**
 * What a device is called until its owner calls it something else.
 * @param {string} agent @param {number} fingers
 */
export function nameOf(agent, fingers) {
  // An iPad says that it is a Mac, but a Mac is not touched.
  if (/iPad|Macintosh/.test(agent) && fingers > 1) return 'iPad'
  if (agent.includes('iPhone')) return 'iPhone'
  if (agent.includes('Android')) {
    const model = /Android[^;)]*; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/.exec(agent)?.[1] ?? ''
    return /^(K|Mobile|Tablet)?$/.test(model) ? 'Android phone' : model.slice(0, 40)
  }
  const first = (/** @type {Record<string, string>} */ names, /** @type {string} */ other) =>
    Object.entries(names).find(([mark]) => agent.includes(mark))?.[1] ?? other
  const browsers = {Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari'}
  const systems = {Windows: 'Windows', Macintosh: 'a Mac', CrOS: 'a Chromebook', Linux: 'Linux'}
  const browser = first(browsers, 'A browser')
  const system = first(systems, '')
  return system ? `${browser} on ${system}` : browser
}

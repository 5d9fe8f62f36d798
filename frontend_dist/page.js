// @ts-check
/** Drawing, and the user's hands: with fields.js all that touches the document. It sends nothing. */

import {answersOf, drawField, fieldsOf, make} from './fields.js'

/** @typedef {import('./talk.js').Row} Row */

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const main = find('main')
const log = find('log')
const box = find('question')
/** A fenced block, also one still open, with the line ends around it; or a span. */
const CODE = /((?:^|\n)```.*\n[^]*?(?:\n```[ \t]*(?:\n|$)|$)|`[^`\n]+`)/

/** The rows on the screen, by key. @type {Map<string, {print: string, node: HTMLElement}>} */
let drawn = new Map()

/**
 * What to call when somebody asks, presses a button of a row (with what was filled in there), ends
 * the session, or types.
 * @param {{ask: (text: string) => void, end: () => void, typed: (text: string) => void,
 *   act: (name: string, id?: string, answers?: object) => void}} hands
 */
export function listen({ask, act, end, typed}) {
  const submit = () => {
    const text = box.value.trim()
    if (!text) return
    write('')
    ask(text)
  }
  on('composer', 'submit', (event) => {
    event.preventDefault()
    submit()
  })
  on('question', 'keydown', (event) => {
    // A keyboard on the screen has no Shift+Enter: there, Enter is the way to a new line.
    const hardware = matchMedia('(hover: hover) and (pointer: fine)').matches
    const sends = (hardware && !event.shiftKey) || event.ctrlKey || event.metaKey
    if (event.key !== 'Enter' || event.isComposing || !sends) return
    event.preventDefault()
    submit()
  })
  on('question', 'input', () => {
    fit()
    typed(box.value)
  })
  on('end', 'click', () => confirm(true))
  on('no', 'click', () => confirm(false))
  on('confirm', 'keydown', (event) => event.key === 'Escape' && confirm(false))
  on('yes', 'click', () => {
    main.focus()
    end()
  })
  on('examples', 'click', ({target}) => target.matches('button') && ask(target.textContent))
  on('log', 'click', ({target}) => {
    const {act: name, id} = target.dataset
    const fields = name === 'accept' ? fieldsOf(target.closest('article')) : []
    if (!name || !fields.every((field) => field.reportValidity())) return
    main.focus() // the button is about to go
    act(name, id, fields.length ? answersOf(fields) : undefined)
  })
  // iOS lays its keyboard over the page instead of making the page smaller.
  const screen = window.visualViewport
  screen?.addEventListener('resize', () => {
    document.body.style.setProperty('--height', `${screen.height * screen.scale}px`)
  })
  setInterval(tick, 1000)
}

/** @param {string} id @param {string} event @param {(event: any) => void} act */
const on = (id, event, act) => find(id).addEventListener(event, act)

/** @param {boolean} open */
function confirm(open) {
  find('confirm').hidden = !open
  find(open ? 'yes' : 'end').focus()
}

/** Put text into the composer, as if it were typed. @param {string} text */
export function write(text) {
  box.value = text
  box.dispatchEvent(new Event('input'))
}

/** Give a question back to the composer, before what is there. @param {string} text */
export function giveBack(text) {
  write([text, box.value].filter(Boolean).join('\n'))
  box.focus()
}

/** Make the composer as high as its text. */
function fit() {
  box.style.height = 'auto'
  box.style.height = `${box.scrollHeight + 2}px`
  find('send').disabled = !box.value.trim()
}

/** @param {import('./talk.js').Talk} talk */
export function draw(talk) {
  const agent = !talk.trouble && talk.health?.agent
  const name = agent?.demo ? 'Demo agent' : agent?.name
  const state = talk.trouble ? 'No connection' : talk.stranger ? 'Not paired' : 'Connecting…'
  find('agent').textContent = agent && !talk.stranger ? `${name} in your workspace` : state
  find('welcome').hidden = !agent?.available || talk.turns.length > 0 || talk.stranger || talk.onlyLooks
  log.hidden = find('open-devices').hidden = talk.stranger
  find('composer').hidden = talk.stranger || talk.onlyLooks
  find('end').hidden = !talk.session || !!talk.endingSince || talk.stranger || talk.onlyLooks
  if (find('end').hidden) find('confirm').hidden = true
  drawRows(talk.rows())
  tick()
}

/** @param {Row[]} rows */
function drawRows(rows) {
  const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 80
  const before = drawn
  drawn = new Map()
  for (const row of rows) {
    const print = JSON.stringify(row)
    const old = before.get(row.key)
    // The node of an unchanged row stays: whatever is new in the log is read aloud.
    drawn.set(row.key, old?.print === print ? old : {print, node: build(row)})
  }
  const nodes = [...drawn.values()].map(({node}) => node)
  for (const child of [...log.children]) if (!nodes.includes(child)) child.remove()
  nodes.forEach((node, at) => {
    if (log.children[at] !== node) log.insertBefore(node, log.children[at] ?? null)
  })

  const fresh = rows.filter(({key}) => drawn.get(key) !== before.get(key))
  const begun = fresh.filter(({key}) => !before.has(key)).map(({kind}) => kind)
  if (begun.includes('wait')) say('The agent is working.')
  if (begun.includes('permission')) say('The agent asks for your permission.')
  // Whoever reads further up is left there, unless this is what they have just asked for.
  const calls = ['user', 'wait', 'note', 'summary', 'permission']
  if (atEnd || begun.some((kind) => calls.includes(kind))) follow(fresh)
}

/**
 * Scroll to the end, or to the beginning of an answer that is longer than the screen.
 * @param {Row[]} fresh
 */
function follow(fresh) {
  const said = fresh.filter(({kind}) => kind !== 'demo' && kind !== 'alert')
  if (!said.length) return
  const {key, kind} = said[said.length - 1]
  main.scrollTop = main.scrollHeight
  if (kind === 'agent' || kind === 'summary') {
    main.scrollTop = Math.min(main.scrollTop, drawn.get(key)?.node.offsetTop - 16)
  }
}

/** Read aloud by a screen reader. @param {string} text */
export function say(text) {
  find('status').textContent = text
}

function tick() {
  for (const node of log.querySelectorAll('.seconds')) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(node.dataset.since)) / 1000))
    node.textContent = `${seconds} s`
    if (seconds && seconds % 30 === 0) say(`Still working, ${seconds} seconds.`)
  }
}

/** @param {Row} row */
function build({kind, text = '', code, fields = [], at, id, actions = {}}) {
  const node = make('article', kind)
  const speaker = {user: 'You:', agent: 'Agent:', permission: 'The agent asks:'}[kind]
  if (speaker) node.append(make('span', 'unseen', speaker))
  if (kind === 'summary') node.append(make('h2', '', 'Summary'))
  const words = make('div', 'words', kind === 'user' || code ? text : rich(text))
  words.dir = 'auto'
  if (code) words.append(make('pre', '', code))
  node.append(words, ...fields.map(drawField))
  if (kind === 'wait') {
    node.append(make('span', 'seconds', '', {since: at}))
    node.ariaHidden = 'true'
  } else if (at) {
    const time = new Date(at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'})
    node.append(make('time', '', time))
  }
  for (const [act, label] of Object.entries(actions)) {
    node.append(make('button', '', label, {act, id}))
  }
  return node
}

/** Text with its code set apart; nothing else is markup, whatever it looks like. @param {string} text */
function rich(text) {
  return text.split(CODE).map((part, at) => {
    if (at % 2 === 0) return part
    if (part.startsWith('`') && !part.startsWith('```')) return make('code', '', part.slice(1, -1))
    return make('pre', '', part.replace(/^\n?```.*\n|\n```[ \t]*\n?$/g, ''))
  })
}

// @ts-check
/** The sheet of devices: who may come in, one more, one less. It sends nothing. */

import {make} from './fields.js'

/**
 * A device as the server has it.
 * @typedef {{device_id: string, name: string, scope: string, kind: string, last_seen: string}} Device
 */

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const sheet = find('devices')
const AGO = new Intl.RelativeTimeFormat('en', {numeric: 'auto'})

/**
 * What to call; each may fail with a Failure.
 * @param {{list: () => Promise<{devices: Device[], this_device: string}>,
 *   revoke: (id: string) => Promise<any>,
 *   add: (scope: string) => Promise<{code: string, url: string, expires_at: string}>}} hands
 */
export function listen({list, revoke, add}) {
  /** Do it, and say why it cannot be done. @param {() => Promise<any>} work */
  async function attempt(work) {
    find('devices-problem').hidden = true
    try {
      await work()
    } catch (failure) {
      find('devices-problem').hidden = false
      find('devices-problem').textContent = failure.message
    }
  }

  const refresh = async () => draw(await list(), (id) => attempt(() => revoke(id).then(refresh)))

  find('open-devices').addEventListener('click', () => {
    find('invitation').hidden = true
    find('devices-list').replaceChildren(make('li', 'hint', 'Looking…'))
    sheet.showModal()
    attempt(refresh)
  })
  find('close-devices').addEventListener('click', close)
  sheet.addEventListener('click', ({target}) => target === sheet && close()) // beside it
  find('add').addEventListener('submit', (event) => {
    event.preventDefault()
    attempt(async () => invite(await add(find('add-read').checked ? 'read' : 'full')))
  })
}

export const close = () => sheet.close()

/** @param {{devices: Device[], this_device: string}} found @param {(id: string) => void} revoke */
function draw({devices, this_device: own}, revoke) {
  const mayWrite = devices.find(({device_id: id}) => id === own)?.scope === 'full'
  const rows = devices.map((device) => {
    const node = make('li', '', words(device, device.device_id === own))
    if (mayWrite) {
      const isOwn = device.device_id === own
      const question = isOwn ? 'This device will have to be paired again.' : 'It will not come in any more.'
      const label = ['Revoke', make('span', 'unseen', ` ${device.name}`)]
      node.append(careful(label, question, () => revoke(device.device_id)))
    }
    return node
  })
  const warning = 'Every device will have to be paired again, this one too.'
  const all = careful('Revoke all', warning, () => revoke('all'))
  find('devices-list').replaceChildren(...rows)
  find('revoke-all').replaceChildren(...(mayWrite && devices.length > 1 ? [all] : []))
  find('add').hidden = !mayWrite
  find('only-looks').hidden = mayWrite
  if (!sheet.contains(document.activeElement)) find('close-devices').focus() // the button has gone
}

/** @param {Device} device @param {boolean} isOwn */
function words({name, scope, kind, last_seen: seen}, isOwn) {
  const what = [kind === 'token' && 'A program', scope === 'read' ? 'May only look' : 'May do everything']
  const facts = [...what, isOwn ? 'here now' : `seen ${ago(seen)}`].filter(Boolean).join(' · ')
  const title = make('strong', '', name)
  title.dir = 'auto' // what one name is written in turns nothing else around
  const mark = isOwn ? [' ', make('span', 'own', 'This device')] : []
  return make('div', 'words', [title, ...mark, make('p', 'hint', facts)])
}

/** @param {{code: string, url: string, expires_at: string}} made */
function invite({code, url, expires_at: until}) {
  const time = new Date(until).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'})
  find('invitation-code').textContent = code
  find('invitation-url').textContent = url
  find('invitation-until').textContent = `It is good for one device, until ${time}.`
  find('invitation').hidden = false
  find('invitation').scrollIntoView({block: 'nearest'})
}

/**
 * A button that asks once more before it acts.
 * @param {string | (string | Node)[]} label @param {string} question @param {() => void} act
 */
function careful(label, question, act) {
  const node = make('div', 'careful')
  const first = make('button', '', label)
  const yes = make('button', 'yes', 'Yes, revoke')
  const no = make('button', '', 'No')
  first.onclick = () => {
    node.replaceChildren(make('p', '', question), yes, no)
    yes.focus()
  }
  no.onclick = () => {
    node.replaceChildren(first)
    first.focus()
  }
  yes.onclick = () => {
    yes.disabled = no.disabled = true
    act()
  }
  for (const button of [first, yes, no]) button.type = 'button'
  node.append(first)
  return node
}

/** @param {string} time */
function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000
  if (seconds > -60) return 'just now'
  if (seconds > -3600) return AGO.format(Math.ceil(seconds / 60), 'minute')
  if (seconds > -86400) return AGO.format(Math.ceil(seconds / 3600), 'hour')
  return AGO.format(Math.ceil(seconds / 86400), 'day')
}

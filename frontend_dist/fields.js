// @ts-check
/** What the agent wants filled in: how a field is drawn, and what was filled in. */

/** @typedef {import('./talk.js').Field} Field */

/** A field with its label. @param {Field} field */
export function drawField(field) {
  const {title, description, kind, required} = field
  const name = make('span', '', required ? title : `${title} (optional)`)
  const hint = make('span', 'hint', description)
  if (kind === 'choices') {
    const legend = make('legend', '', [name, hint])
    return mark(make('fieldset', 'field', [legend, ...field.choices.map(boxOf(field))]), field)
  }
  const input = mark(inputOf(field), field)
  if (kind === 'boolean') return make('label', 'field box', [input, make('span', '', [title, hint])])
  return make('label', 'field', [name, hint, input])
}

/** @param {Field} field */
function inputOf({kind, required, choices = [], default: given}) {
  if (kind === 'boolean') return checkbox('', given === true)
  if (kind === 'choice') {
    const select = make('select', '', choices.map(({id, name}) => new Option(name, id, false, id === given)))
    if (!required || given === undefined) select.prepend(new Option('Choose…', '', false, given === undefined))
    return Object.assign(select, {required})
  }
  if (kind === 'text') return Object.assign(make('textarea', ''), {required, rows: 1, value: given ?? ''})
  const step = kind === 'integer' ? '1' : 'any'
  return Object.assign(make('input', ''), {type: 'number', required, step, value: given ?? ''})
}

/** @param {Field} field */
const boxOf = ({default: given = []}) => (/** @type {{id: string, name: string}} */ {id, name}) =>
  make('label', 'box', [checkbox(id, given.includes(id)), make('span', '', name)])

/** @param {string} value @param {boolean} checked */
const checkbox = (value, checked) =>
  Object.assign(make('input', ''), {type: 'checkbox', value, checked, defaultChecked: checked})

/** @param {any} node @param {Field} field */
const mark = (node, {id, kind}) => Object.assign(node.dataset, {field: id, kind}) && node

/** What is to be filled in on a card. @param {Element} card @returns {any[]} */
export const fieldsOf = (card) => [...card.querySelectorAll('[data-field]')]

/** What was filled in, by the id of the field; what was left empty is not there. @param {any[]} fields */
export const answersOf = (fields) =>
  Object.fromEntries(
    fields.map((node) => [node.dataset.field, answerOf(node)]).filter(([, answer]) => answer !== ''),
  )

/** @param {any} node */
function answerOf(node) {
  const {kind} = node.dataset
  if (kind === 'boolean') return node.checked
  if (kind === 'choices') return [...node.querySelectorAll(':checked')].map(({value}) => value)
  return kind === 'text' || kind === 'choice' || node.value === '' ? node.value : Number(node.value)
}

/**
 * An element; what is inside is text, whatever it looks like.
 * @param {string} tag
 * @param {string} name
 * @param {string | (string | Node)[]} inside
 * @param {object} data
 * @returns {any}
 */
export function make(tag, name, inside = '', data = {}) {
  const node = document.createElement(tag)
  node.className = name
  node.append(...[inside].flat())
  Object.assign(node.dataset, data)
  return node
}

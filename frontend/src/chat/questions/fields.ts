/** The fields of a form: their values, what is wrong with them, and the answers to send. */

import type {Answers, Field, FilledIn} from '../../lib/types'

/** The value of each field's input, by the field's id. */
export type Values = Record<string, string | boolean | string[]>

export const problems = {
  missing: 'Please fill this in.',
  choose: 'Please choose one.',
  number: 'Please write a number, such as 3 or 0.5.',
  integer: 'Please write a whole number.',
}

/** The initial values. */
export function valuesOf(fields: readonly Field[]): Values {
  return made(fields.map(field => [field.id, firstValue(field)]))
}

function firstValue({kind, default: given}: Field): Values[string] {
  if (kind === 'boolean') return given === true
  if (kind === 'choices') return Array.isArray(given) ? given : []
  return given === undefined ? '' : String(given)
}

/** The problem of each invalid field, by its id; empty if the form can be sent. */
export function wrongWith(fields: readonly Field[], values: Values): Record<string, string> {
  const wrong = fields.map(field => [field.id, wrongWithOne(field, values[field.id])] as const)
  return made(wrong.filter(([, problem]) => problem))
}

function wrongWithOne({kind, required}: Field, value: Values[string] | undefined): string {
  if (kind === 'boolean' || typeof value === 'boolean') return ''
  const empty = value === undefined || value.length === 0
  const text = String(value ?? '').trim()
  if (required && kind === 'text' ? !text : required && empty) {
    return kind === 'choice' || kind === 'choices' ? problems.choose : problems.missing
  }
  if (!text) return ''
  if (kind === 'number' && !Number.isFinite(numberOf(text))) return problems.number
  if (kind === 'integer' && !Number.isSafeInteger(numberOf(text))) return problems.integer
  return ''
}

/** The answers to send; empty fields are left out. */
export function answersOf(fields: readonly Field[], values: Values): Answers {
  const answers = fields.map(field => [field.id, answerOf(field, values[field.id])] as const)
  return made(answers.filter((entry): entry is [string, FilledIn] => entry[1] !== ''))
}

function answerOf({kind}: Field, value: Values[string] = ''): FilledIn {
  if (kind !== 'number' && kind !== 'integer') return value
  return String(value).trim() === '' ? '' : numberOf(String(value))
}

/** Many keyboards offer a comma where a decimal point is meant. */
function numberOf(text: string): number {
  return Number(text.trim().replace(/^(-?\d+),(\d+)$/, '$1.$2'))
}

/** A record with own keys only: an agent may call a field `__proto__`. */
function made<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries)
}

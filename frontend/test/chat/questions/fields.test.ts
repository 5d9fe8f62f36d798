import {describe, expect, it} from 'vitest'

import {answersOf, problems, valuesOf, wrongWith} from '../../../src/chat/questions/fields'
import {placed} from '../../../src/chat/questions/options'
import type {Field, PermissionOption} from '../../../src/lib/types'

function field(changes: Partial<Field>): Field {
  return {id: 'f', title: 'F', description: '', kind: 'text', required: false, ...changes}
}

describe('the fields of a question', () => {
  const fields = [
    field({id: 'name', required: true}),
    field({id: 'way', kind: 'choice', required: true, choices: [{id: '1', name: 'Fast'}]}),
    field({id: 'parts', kind: 'choices', default: ['a']}),
    field({id: 'count', kind: 'integer'}),
    field({id: 'price', kind: 'number', default: 0.5}),
    field({id: '__proto__', kind: 'boolean'}),
  ]

  it('begin with what the agent proposes', () => {
    const values = valuesOf(fields)
    expect(Object.entries(values)).toEqual([
      ['name', ''],
      ['way', ''],
      ['parts', ['a']],
      ['count', ''],
      ['price', '0.5'],
      ['__proto__', false],
    ])
  })

  it('are sent as what they are, without those that were left empty', () => {
    const values = Object.fromEntries([
      ['name', 'v1'],
      ['way', '1'],
      ['parts', []],
      ['count', ''],
      ['price', '1,5'],
      ['__proto__', true],
    ])
    expect(Object.entries(answersOf(fields, values))).toEqual([
      ['name', 'v1'],
      ['way', '1'],
      ['parts', []],
      ['price', 1.5],
      ['__proto__', true],
    ])
  })

  it('say in words what is wrong with them', () => {
    expect(wrongWith(fields, {...valuesOf(fields), name: '  ', count: '1.5', price: 'much'})).toEqual({
      name: problems.missing,
      way: problems.choose,
      count: problems.integer,
      price: problems.number,
    })
    expect(wrongWith(fields, {...valuesOf(fields), name: 'v', way: '1'})).toEqual({})
  })

  it('may be no choice at all, if it is not required', () => {
    expect(wrongWith([field({kind: 'choices'})], {f: []})).toEqual({})
    expect(wrongWith([field({kind: 'choices', required: true})], {f: []})).toEqual({f: problems.choose})
  })
})

describe('the options of a question', () => {
  const option = (id: string, kind = ''): PermissionOption => ({id, name: id, kind})

  it('have no at one side and yes at the other, and what is for always below', () => {
    const options = [option('a', 'allow_once'), option('b', 'allow_always'), option('c', 'reject_once')]
    expect(placed(options)).toMatchObject({deny: {id: 'c'}, allow: {id: 'a'}, others: [{id: 'b'}]})
  })

  it('never put what is for always where Allow once is', () => {
    const options = [option('a', 'allow_always'), option('c', 'reject_once')]
    expect(placed(options)).toEqual({others: options})
  })

  it('of Janus are known by their names', () => {
    expect(placed([option('accept'), option('decline')])).toMatchObject({deny: {id: 'decline'}, allow: {id: 'accept'}})
    expect(placed([option('True'), option('False')])).toMatchObject({deny: {id: 'False'}, allow: {id: 'True'}})
  })

  it('of any other kind are a list, as the agent gave it', () => {
    const options = [option('red'), option('green'), option('blue')]
    expect(placed(options)).toEqual({others: options})
  })
})

import {IDBFactory, IDBObjectStore} from 'fake-indexeddb'
import {beforeEach, expect, test, vi} from 'vitest'

import {KeptStates} from '../../src/lib/kept-states'
import {emptyState, reply} from '../fakes'

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))

const said = (count: number, content = 'Done.') => Array.from({length: count}, (_, id) => reply({id: `${id}`, content}))

test('the last hundred messages are kept, at rest', async () => {
  const asked = {request_id: 'r', kind: 'permission' as const, title: 'May I?', options: []}
  const state = emptyState({seq: 7, status: 'active', is_processing: true, permissions: [asked], messages: said(120)})
  await new KeptStates().save(state)

  const kept = await new KeptStates().load('s')

  expect(kept!.state.messages.map(({id}) => id)).toEqual(Array.from({length: 100}, (_, id) => `${id + 20}`))
  expect(kept!.state).toMatchObject({seq: 7, status: 'idle', is_processing: false, permissions: []})
})

test('of long conversations the newest are kept, and of many the last seen', async () => {
  const states = new KeptStates()
  await states.save(emptyState({session_id: 'long', messages: said(100, 'x'.repeat(10_000))}))
  expect((await states.load('long'))!.state.messages.length).toBeLessThan(30)
  for (let id = 0; id < 25; id++) await states.save(emptyState({session_id: `${id}`}))

  const later = new KeptStates()
  await later.save(emptyState({session_id: 'new'}))

  expect(await later.load('long')).toBeUndefined()
  expect(await later.load('24')).toBeDefined()
})

test('what is kept as the page goes does not wait for what makes room', async () => {
  const states = new KeptStates()
  await states.load('s')
  const [put, makeRoom] = (['put', 'getAll'] as const).map(name => vi.spyOn(IDBObjectStore.prototype, name))
  await states.save(emptyState())
  expect(put).toHaveBeenCalledBefore(makeRoom!)
  vi.restoreAllMocks()
})

test('what is being kept while all is forgotten is forgotten', async () => {
  const states = new KeptStates()
  await states.save(emptyState({session_id: 'before'}))
  const under_way = states.save(emptyState())
  await states.forgetAll()
  await under_way

  expect(await states.load('before')).toBeUndefined()
  expect(await states.load('s')).toBeUndefined()
})

test('what was deleted is kept no more, also where it is still open', async () => {
  const states = new KeptStates()
  await states.save(emptyState())
  await states.forget('s')
  await states.save(emptyState())
  expect(await states.load('s')).toBeUndefined()
})

test('where there is no database nothing is kept, and nothing fails', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const states = new KeptStates()
  await states.save(emptyState())
  expect(await states.load('s')).toBeUndefined()
})

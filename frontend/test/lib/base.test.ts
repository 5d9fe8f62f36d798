import {IDBFactory} from 'fake-indexeddb'
import {afterEach, beforeEach, expect, test, vi} from 'vitest'

import type {State} from '../../src/lib/types'
import {emptyState} from '../fakes'

/** The modules of a page at this path. */
async function janusAt(path: string) {
  vi.resetModules()
  vi.spyOn(document, 'baseURI', 'get').mockReturnValue(`https://example.org${path}/`)
  const [{loadItem, saveItem, removeItems}, {KeptStates}, {Drafts}, {Outbox}] = await Promise.all([
    import('../../src/app/local-storage'),
    import('../../src/lib/kept-states'),
    import('../../src/lib/drafts'),
    import('../../src/lib/outbox'),
  ])
  const drafts = new Drafts()
  const outbox = new Outbox(() => new Promise(() => {}))
  await outbox.loaded
  return {loadItem, saveItem, removeItems, kept: new KeptStates(), drafts, outbox}
}

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test.each([
  ['', '/two'],
  ['/one', ''],
  ['/janus', '/janus-two'],
])('of what Janus at “%s” keeps the one at “%s” sees nothing, and forgets nothing', async (here, there) => {
  const first = await janusAt(here)
  first.saveItem('admission', 'key')
  first.drafts.save('s', 'half a thou')
  await first.kept.save(emptyState({session_id: 's', seq: 1}) as State)
  await first.outbox.add({sessionId: 's', text: 'Hi'})
  first.outbox.close()

  const second = await janusAt(there)
  expect(second.loadItem('admission', null)).toBeNull()
  expect(second.drafts.load('s')).toBe('')
  expect(await second.kept.load('s')).toBeUndefined()
  expect(second.outbox.entries).toEqual([])
  second.removeItems('like.')
  await second.kept.forgetAll()
  second.outbox.close()

  const again = await janusAt(here)
  expect(again.loadItem('admission', null)).toBe('key')
  expect(again.drafts.load('s')).toBe('half a thou')
  expect(await again.kept.load('s')).toBeDefined()
  expect(again.outbox.entries).toMatchObject([{text: 'Hi'}])
  again.outbox.close()
})

import {afterEach, expect, test} from 'vitest'

import {speakIn} from '../../src/drive/strings'
import {ENGLISH} from '../../src/drive/strings-en'
import {GERMAN} from '../../src/drive/strings-de'
import type {SessionInfo} from '../../src/lib/types'
import {asks, drive, unclear} from './kit'

afterEach(() => speakIn('en'))

test('a drive in German speaks no English, and understands what it proposes', async () => {
  speakIn('de-AT')
  const it = drive({language: 'de-AT'})
  it.janus.digest.mockResolvedValue({text: 'Nothing needs you.', needs: [], failed: [], finished: [{name: 'Warenkorb'} as SessionInfo], working: 2})
  await it.driver.begin('s')
  await it.look()
  await it.time.pass(10_000)
  expect(it.heard()).toEqual(['Nichts braucht dich.', 'Fertig: Warenkorb. zwei arbeiten.', 'Du bist in Fix the cart.'])
  await it.user('lauter')
  await it.time.pass(2000)
  expect([it.louder.mock.calls.length, it.heard()]).toEqual([1, ['Lauter.']])

  it.janus.answer.mockRejectedValueOnce(unclear())
  await it.look({asked: asks('q1')})
  await it.time.pass(8000)
  expect(it.heard().join(' ')).toMatch(/^Der Agent fragt\. Ausführen: .* Sag: erlaube es einmal\. Oder: ablehnen\.$/)
  await it.user('ja')
  await it.time.pass(3000)
  expect(it.heard()).toEqual(['Das ist kein klares Ja. Sag: erlaube es einmal, und sonst nichts.'])
  await it.user('ablehnen')
  await it.time.pass(3000)
  expect(it.heard()).toEqual(['Abgelehnt.'])
})

test('the tables are of the same form: each word of the one is another in the other', () => {
  const texts = (table: object): unknown[] => Object.values(table).flatMap(it => (typeof it === 'object' ? texts(it as object) : [it]))
  const [english, german] = [texts(ENGLISH), texts(GERMAN)]
  expect(german.length).toBe(english.length)
  const same = english.filter((text, at) => typeof text === 'string' && text === german[at])
  expect(same).toEqual(['Okay.'])
})

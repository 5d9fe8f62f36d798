import {act} from 'preact/test-utils'
import {expect, it, vi} from 'vitest'

import {Fleet} from '../../../src/app/fleet'
import type {SessionInfo} from '../../../src/lib/types'
import {Machines} from '../../../src/screens/settings/machine-sheet'
import {fakeApp} from '../../chat-app'
import {draw} from '../../drawn'
import {aFleet} from '../../fakes'

it('says of each machine what is known of it', async () => {
  const {app} = fakeApp()
  aFleet(app.fleet, {online: true, agents: ['demo']})
  let page!: HTMLElement
  void act(() => void (page = draw(<Machines app={app} />)))
  expect([...page.querySelectorAll('li')].map(it => it.textContent)).toEqual(['homethis one', 'laptoponline'])
  await act(async () => page.querySelectorAll('button')[1]!.click())

  expect(page.querySelector('h2')!.textContent).toBe('laptop')
  const facts = [...page.querySelectorAll('dd')].map(it => it.textContent)
  expect(facts.slice(0, 5)).toEqual(['online', '1.2', 'demo', '0.4 for each core', '3'])

  await act(async () => aFleet(app.fleet))
  expect(page.querySelector('dd')!.textContent).toMatch(/^asleep since .*2/)
  expect(page.querySelector('dl')!.textContent).not.toContain('Load')
})

it('says of a session on a machine that sleeps no more than can be', async () => {
  const ended = vi.fn(async () => ({sessions: [{session_id: 'over', machine: 'm1'} as unknown as SessionInfo]}))
  const fleet = new Fleet({machines: {offered: async () => ({agents: [], projects: []}), all: async () => Promise.reject(new Error('alone'))}, ended}, id => (id === 's' ? 'm1' : undefined))
  const session = {session_id: 's', machine: 'm1', status: 'active', attention: 'permission', permissions: []} as unknown as SessionInfo
  const all = [session, {...session, session_id: 'other', machine: undefined} as unknown as SessionInfo]
  expect(fleet.settled(all)).toBe(all)
  aFleet(fleet)
  expect(fleet.settled(all)[1]).toBe(all[1])
  expect(fleet.settled(all)[0]).toEqual({session_id: 's', machine: 'm1', status: 'idle', attention: null})
  expect(fleet.away('s')!.name).toBe('laptop')
  expect(fleet.of('other')).toBeUndefined()
  await fleet.learn('over')
  expect(fleet.of('over')!.name).toBe('laptop')
  aFleet(fleet, {online: true})
  expect(fleet.settled(all)).toBe(all)
  expect(fleet.away('s')).toBeUndefined()
})

it('knows what several machines offer, in whatever order they say so', async () => {
  const answers = new Map<string, () => void>()
  const offered = (id: string) => new Promise<{agents: []; projects: []}>(resolve => answers.set(id, () => resolve({agents: [], projects: []})))
  const fleet = new Fleet({machines: {offered, all: async () => Promise.reject(new Error('alone'))}, ended: vi.fn()}, () => undefined)
  aFleet(fleet, {online: true})
  vi.spyOn(fleet, 'find').mockImplementation(id => ({machine_id: id, online: true}) as never)
  const asked = Promise.all(['m1', 'm2'].map(id => fleet.ask(id)))
  answers.get('m1')!()
  answers.get('m2')!()
  await asked
  expect(Object.keys(fleet.offered.value)).toEqual(['m1', 'm2'])
})

import {act} from 'preact/test-utils'
import {expect, it} from 'vitest'

import {Banner} from '../../src/screens/banner'
import {fakeApp} from '../chat-app'
import {draw} from '../drawn'

const OWN = {machine_id: 'm0', name: 'home', page: 'https://home.example/', urls: [], scope: 'full', own: true}
const OTHER = {...OWN, machine_id: 'm1', name: 'box', page: 'https://box.example:3000/', own: false}

/** The links of the banner of a page that lost its doorway. */
function offered(doorways: object[]): string[] {
  const {app} = fakeApp()
  localStorage.setItem('janus.fleet', JSON.stringify({machine_id: 'm0', name: 'home', doorways, machines: [], problem: null}))
  app.fleet.recall()
  const page = draw(<Banner app={app} />)
  expect(page.querySelector('a')).toBeNull()
  void act(() => {
    app.connection.lost.value = true
    app.connection.reached.value = false
  })
  return [...page.querySelectorAll('a')].map(it => `${it.textContent} ${it.href}`)
}

it('offers the next doorway while this one cannot be reached', () => {
  expect(offered([OWN, OTHER, {...OTHER, name: 'third'}])).toEqual(['Open box https://box.example:3000/'])
  expect(offered([OTHER, OWN])).toEqual(['Open box https://box.example:3000/'])
})

it('offers no other page than that of a doorway', () => {
  expect(offered([OWN])).toEqual([])
  expect(offered([OWN, {...OTHER, page: 'javascript:alert(1)'}, {...OTHER, page: `${location.origin}/`}, {...OTHER, page: ''}])).toEqual([])
})

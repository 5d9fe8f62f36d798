import {expect, test} from 'vitest'

import {reply} from '../fakes'
import {asks, drive} from './kit'

/** A drive whose ears notice who speaks while Janus does. */
async function attentive() {
  const it = drive()
  const attended: (() => void)[] = []
  Object.assign(it.ears, {
    attend(interrupted: () => void) {
      attended.push(interrupted)
      return () => void attended.splice(0)
    },
  })
  await it.ready()
  await it.user('tell me about the cart please')
  await it.time.pass(2000)
  await it.look({busy: true, messages: [reply({content: 'It has one total. It knows flowers. It ', is_streaming: true, stop_reason: null})]})
  await it.time.pass(100)
  it.mouth.said.length = 0
  return {...it, interrupt: async () => (attended.at(-1)!(), await it.time.pass(60))}
}

const spoken = (it: {mouth: {texts: string[]}}) => it.mouth.texts

test('who speaks while Janus does is listened to at once, and what Janus was saying is over', async () => {
  const it = await attentive()
  await it.interrupt()
  expect([it.room.speaking, it.ears.open]).toEqual([false, true])
  await it.user('no I meant the other one')
  await it.time.pass(3000)
  expect(it.janus.send.mock.calls.at(-1)).toEqual(['s', 'no I meant the other one'])
  expect(spoken(it)).not.toContain('It knows flowers.')
})

test.each(['one total', 'it has one total', ''])('an echo, or a noise that was no word, interrupts nothing for long: "%s"', async heard => {
  const it = await attentive()
  await it.interrupt()
  it.ears.hear(heard)
  if (heard) await it.time.pass(2000)
  else it.ears.end()
  await it.time.pass(5000)
  expect(it.janus.send).toHaveBeenCalledTimes(1)
  expect(spoken(it)).toEqual(['It has one total.', 'It knows flowers.'])
})

test('a question that was interrupted allows nothing before it was heard whole', async () => {
  const it = await attentive()
  await it.look({busy: false, messages: [reply({content: 'It has one total. It knows flowers. It '})]})
  await it.time.pass(10_000)
  await it.look({busy: true, asked: asks('q1')})
  await it.time.pass(500)
  await it.interrupt()
  await it.user('permission granted')
  await it.time.pass(1500)
  expect(it.janus.answer).not.toHaveBeenCalled()
  expect(spoken(it).at(-1)).toMatch('You have not heard all of it.')
  await it.time.pass(100)
  await it.user('allow it once')
  await it.time.pass(1500)
  expect(it.janus.answer).toHaveBeenCalledOnce()
})

test('somebody who speaks is not cut off by silence, nor by what Janus wants to say; what cannot be understood yet is kept', async () => {
  const it = drive()
  await it.ready()
  const hearer = it.ears.hearer!
  hearer.busy(60_000)
  await it.time.pass(30_000)
  expect(it.ears.open).toBe(true)
  it.driver.say('Still working.')
  await it.time.pass(1000)
  expect(it.ears.open).toBe(true)
  hearer.kept()
  it.ears.end()
  await it.time.pass(3000)
  expect(it.cues).toContain('sent')
  expect(spoken(it)).toEqual(['Still working.', 'Kept, until there is a connection.'])
})

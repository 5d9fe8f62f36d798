import {expect, test} from 'vitest'

import {Gate} from '../../src/voice/gate'

/** How loud it is in each twentieth of a second: syllables over noise. */
function* sounds(noise: number, speech: number, seconds: number) {
  for (let at = 0; at < seconds * 20; at++) yield noise * (0.8 + 0.4 * ((at * 7) % 5) / 5) + (at % 4 === 3 ? 0 : speech)
}

function listen(gate: Gate, ...parts: [noise: number, speech: number, seconds: number][]) {
  let at = 0
  const told: string[] = []
  for (const part of parts) {
    for (const level of sounds(...part)) {
      const happened = gate.feed(level, (at += 50))
      if (happened) told.push(`${happened} ${(at / 1000).toFixed(1)}`)
    }
  }
  return told
}

test('speech begins, and ends after a pause that is longer than those between words', () => {
  expect(listen(new Gate(), [0.003, 0, 1], [0.003, 0.1, 2], [0.003, 0, 0.4], [0.003, 0.1, 1], [0.003, 0, 2])).toEqual(['began 1.3', 'ended 5.0'])
})

test('the noise of a car is none, and speech in it is', () => {
  expect(listen(new Gate(), [0.03, 0, 8])).toEqual(['began 0.2', 'ended 2.2'])
  const gate = new Gate()
  listen(gate, [0.03, 0, 4])
  expect(listen(gate, [0.03, 0, 10])).toEqual([])
  const other = new Gate()
  listen(other, [0.03, 0, 4])
  expect(listen(other, [0.03, 0.15, 2], [0.03, 0, 2]).map(it => it.split(' ')[0])).toEqual(['began', 'ended'])
})

test('a word at the very first moment is heard, and a click is not', () => {
  expect(listen(new Gate(), [0.003, 0.1, 0.4], [0.003, 0, 1])[0]).toMatch('began')
  const gate = new Gate()
  listen(gate, [0.003, 0, 1])
  expect([gate.feed(0.5, 1050), gate.feed(0.003, 1100), gate.feed(0.003, 1900)]).toEqual([undefined, undefined, undefined])
})

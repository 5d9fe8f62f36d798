import {expect, test} from 'vitest'

import {SentenceCutter, speakable} from '../../src/text/speakable'
import ANSWERS from './spoken-answers.txt?raw'

const all = ANSWERS.trimEnd()
  .split('\n==\n')
  .slice(1)
  .map(one => one.split('\n>>\n') as [string, string])

test.each(all)('%s', (answer, said) => {
  expect(speakable(answer)).toEqual(said.split('\n'))
  // While it is written, nothing is said that is not said in the end.
  const cutter = new SentenceCutter()
  const pieces = answer.match(/.{1,5}/gs)!.flatMap(piece => cutter.push(piece))
  expect([...pieces, ...cutter.flush()]).toEqual(said.split('\n'))
})

test('there are enough of them, and each is there once', () => {
  expect(all.length).toBeGreaterThanOrEqual(100)
  expect(new Set(all.map(([answer]) => answer)).size).toBe(all.length)
})

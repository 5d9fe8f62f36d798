import {expect, it} from 'vitest'
import {textOf} from '../../src/lib/shared'

it.each([
  [{title: 'A bug', text: 'See this', url: 'https://x.example/'}, 'A bug\nSee this\nhttps://x.example/'],
  [{title: 'A bug', text: 'A bug https://x.example/', url: 'https://x.example/'}, 'A bug https://x.example/'],
  [{title: 'https://x.example/', url: 'https://x.example/'}, 'https://x.example/'],
  [{text: '  '}, ''],
])('says once what apps say twice: %j', (fields, text) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  expect(textOf(form)).toBe(text)
})

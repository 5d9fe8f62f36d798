import {render} from 'preact'
import {expect, it, vi} from 'vitest'

import {Sheet} from '../../src/ui/sheet'
import {draw} from '../drawn'

const sheet = (title: string) => <Sheet key={title} title={title} onClose={() => {}}>{title}</Sheet>

it('is open as soon as it is drawn, and one that takes its place takes its step back as well', async () => {
  const go = vi.spyOn(history, 'go')
  const page = draw(sheet('Menu'))
  expect(history.state).toMatchObject({sheet: 1})

  draw(sheet('Rename'), page)
  // What is to be left is left a moment later.
  await new Promise(resolve => setTimeout(resolve))
  expect(history.state).toMatchObject({sheet: 1})
  expect(go).not.toHaveBeenCalled()

  render(null, page)
  await vi.waitFor(() => expect(history.state ?? {}).not.toHaveProperty('sheet'))
  expect(go).toHaveBeenCalledExactlyOnceWith(-1)
})

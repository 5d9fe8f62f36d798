import {expect, test, vi} from 'vitest'

import {Files} from '../../../src/chat/composer/files'
import type {Uploads} from '../../../src/lib/uploads'
import {fakeApp} from '../../chat-app'

test('files belong to the message that was next when they were chosen, however late what keeps them comes', async () => {
  const {app, spies} = fakeApp()
  let come!: (uploads: Uploads) => void
  spies.uploads.mockReturnValue(new Promise<never>(resolve => (come = resolve as unknown as typeof come)))
  let next = 'first'
  const files = new Files(app, () => next, true)
  const adding = files.add([new File(['x'], 'x.txt')])
  const giving = files.giveBack([])
  next = 'second'
  const [add, giveBack] = [vi.fn(), vi.fn()]
  come({add, giveBack} as unknown as Uploads)
  await Promise.all([adding, giving])

  expect(add).toHaveBeenCalledWith('first', [expect.any(File)], true)
  expect(giveBack).toHaveBeenCalledWith('first', [], true)
})

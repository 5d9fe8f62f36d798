import {expect, test} from 'vitest'

import {directionOf} from '../../src/text/direction'

test.each([
  ['- one', 'ltr'],
  ['- أولاً: the tests', 'rtl'],
  ['1. 2. שלום', 'rtl'],
  ['`cart.py` في الفرع', 'ltr'],
  ['123 …', 'ltr'],
  ['', 'ltr'],
])('%s', (text, direction) => expect(directionOf(text)).toBe(direction))

import {expect, test} from 'vitest'

import {asCode, asName, deviceName, isName} from '../../src/app/names'

test.each(['a', 'feature-auth', 'x'.repeat(50)])('%s is a name', name => {
  expect(isName(name)).toBe(true)
})

test.each(['', 'login test', 'ümlaut', 'x'.repeat(51), 'a/b'])('“%s” is none', name => {
  expect(isName(name)).toBe(false)
})

test.each([
  ['login test', 'login-test'],
  ['  Über uns!  ', 'Uber-uns'],
  ['日本語', ''],
  [`${'ab '.repeat(30)}`, `${'ab-'.repeat(16)}ab`],
])('%s could be called %s', (text, name) => {
  expect(asName(text)).toBe(name)
  expect(name === '' || isName(name)).toBe(true)
})

test.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_4) AppleWebKit/605 Version/18.4 Mobile/15E Safari/604', 5, 'iPhone, Safari'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605', 5, 'iPad, Safari'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605', 0, 'Mac, Safari'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537 Chrome/156.0 Mobile Safari/537', 5, 'Android phone, Chrome'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537 Chrome/156.0 Safari/537', 5, 'Android tablet, Chrome'],
  ['something else', 0, 'Device'],
])('%s is called by what it is', (userAgent, touchPoints, name) => {
  expect(deviceName(userAgent, touchPoints)).toBe(name)
})

test.each([
  ['abcde', 'ABCDE'],
  ['abcde2', 'ABCDE-2'],
  ['ABCDE-23456', 'ABCDE-23456'],
  [' abcde 23456 ', 'ABCDE-23456'],
  ['https://192.168.0.2:3000/#p=ABCDE23456', 'ABCDE-23456'],
])('the code %s is shown in two halves', (typed, code) => {
  expect(asCode(typed)).toBe(code)
})

/** Names of sessions and of devices. */

const NAME = /^[a-zA-Z0-9-]{1,50}$/

export function isName(name: string): boolean {
  return NAME.test(name)
}

/** The nearest valid session name; empty if no character of *text* is allowed in one. */
export function asName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '')
}

const DEVICES: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android(?!.*Mobile)/, 'Android tablet'],
  [/Android/, 'Android phone'],
  [/CrOS/, 'Chromebook'],
  [/Macintosh/, 'Mac'],
  [/Windows/, 'Windows PC'],
  [/Linux/, 'Linux PC'],
]
const BROWSERS: [RegExp, string][] = [
  [/Edg/, 'Edge'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]

/** A name for the device this browser runs on, as far as the browser tells. */
export function deviceName(userAgent: string, touchPoints = 0): string {
  const of = (table: [RegExp, string][]) => table.find(([sign]) => sign.test(userAgent))?.[1]
  // An iPad calls itself a Mac, but no Mac has a touch screen.
  const iPad = of(DEVICES) === 'Mac' && touchPoints > 1
  const device = iPad ? 'iPad' : of(DEVICES)
  return [device ?? 'Device', of(BROWSERS)].filter(Boolean).join(', ')
}

/** A pairing code in its printed form, from whatever was typed or pasted. */
export function asCode(typed: string): string {
  const code = typed.replace(/^.*#p=/, '').replace(/[^0-9a-z]/gi, '').toUpperCase().slice(0, 10)
  return code.length > 5 ? `${code.slice(0, 5)}-${code.slice(5)}` : code
}

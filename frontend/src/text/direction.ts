/** The letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and what belongs to them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/**
 * The direction of a text, by its first letter. The browser's own `dir="auto"` looks past all within that has a `dir`
 * of its own: of a list of such lines it finds nothing.
 */
export function directionOf(text: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? '') ? 'rtl' : 'ltr'
}

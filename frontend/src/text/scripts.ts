/** Languages that are told by their letters. */
const SCRIPTS: [RegExp, string][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Arabic}/gu, 'ar'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Thai}/gu, 'th'],
]

const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu

/** The language of a sentence whose letters tell it; '' if they do not: many are written in Latin ones. */
export function languageOf(sentence: string): string {
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0
  // Japanese is both its own letters and Chinese ones.
  const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(sentence)
  return SCRIPTS.find(([script, tag]) => (tag !== 'ja' ? count(sentence, script) : kana ? count(sentence, JAPANESE) : 0) * 2 > letters)?.[1] ?? ''
}

function count(text: string, script: RegExp): number {
  return text.match(script)?.length ?? 0
}

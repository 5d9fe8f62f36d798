/** The words of the drive, in the language that it speaks. */
import {GERMAN} from './strings-de'
import {ENGLISH, type Spoken} from './strings-en'

const TABLES: Record<string, Spoken> = {en: ENGLISH, de: GERMAN}

export let {words, says} = ENGLISH

/** From now on the drive speaks this language, or English if it has no table for that. There is one drive at a time. */
export function speakIn(language: string): void {
  ;({words, says} = TABLES[language.slice(0, 2).toLowerCase()] ?? ENGLISH)
}

import type {Attachment} from '../lib/types'
import {sent} from './sent-strings'

/** A message of the user: its words, and the files that go with it. */
export interface Said {
  text: string
  attachments?: readonly Attachment[] | undefined
}

/** The words of a message: where nothing was written, the names of its files. */
export function wordsWith(text: string, files: readonly {name: string}[]): string {
  return text.trim() || sent.files.alone(files.map(({name}) => name).join(', '))
}

/** What somebody wrote of a message that has its words by `wordsWith`. */
export function wordsWithout({text, attachments}: Said): string {
  return attachments?.length && text === wordsWith('', attachments) ? '' : text
}

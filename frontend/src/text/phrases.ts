/** Sentences that replace what cannot be read aloud, in one place so that they can be translated. */
export interface Phrases {
  code(lines: number, language: string): string
  table(rows: number, columns: string[]): string
  /** A row of a small table. */
  row(cells: string[]): string
  image(description: string): string
  task(done: boolean): string
  someCode: string
}

export const english: Phrases = {
  code: (lines, language) => `A code block of ${count(lines, 'line')}${language ? ` in ${language}` : ''}.`,
  table: (rows, columns) => `A table with ${count(rows, 'row')}${columns.length ? `: ${columns.join(', ')}` : ''}.`,
  row: ([first = '', ...others]) => (others.length ? `${first}: ${others.join(', ')}.` : `${first}.`),
  image: (description) => (description ? `An image: ${description}` : 'An image'),
  task: (done) => (done ? 'Done: ' : 'To do: '),
  someCode: 'some code',
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** What completes the word before the caret: paths after `@`, the agent's commands after a `/` that begins the message. */

export interface Wanted {
  kind: 'path' | 'command'
  /** What was typed of it, without its sign. */
  query: string
  /** Where the sign stands. */
  from: number
}

/** The word that could be completed; undefined where none is begun. */
export function wantedAt(text: string, caret: number): Wanted | undefined {
  const before = text.slice(0, caret)
  const begun = Math.max(before.lastIndexOf(' '), before.lastIndexOf('\n'), before.lastIndexOf('\t')) + 1
  const word = before.slice(begun)
  if (word.startsWith('@')) return {kind: 'path', query: word.slice(1), from: begun}
  if (begun === 0 && word.startsWith('/') && !word.slice(1).includes('/')) return {kind: 'command', query: word.slice(1), from: 0}
  return undefined
}

/** The text with the word completed, and where the caret is then. */
export function completed(text: string, caret: number, {kind, from}: Wanted, chosen: string): {text: string; caret: number} {
  const word = `${kind === 'path' ? '@' : '/'}${chosen}`
  // What is left of the word behind the caret goes.
  const rest = text.slice(caret).replace(/^\S+/, '')
  const space = rest.startsWith(' ') ? '' : ' '
  return {text: `${text.slice(0, from)}${word}${space}${rest}`, caret: from + word.length + 1}
}

/** The commands that begin so, then those that have it anywhere. */
export function commandsFor<T extends {name: string}>(commands: readonly T[], query: string): T[] {
  const wanted = query.toLowerCase()
  const rank = ({name}: T) => (name.toLowerCase().startsWith(wanted) ? 0 : name.toLowerCase().includes(wanted) ? 1 : 2)
  return commands.filter(it => rank(it) < 2).sort((one, other) => rank(one) - rank(other))
}

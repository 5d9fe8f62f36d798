/** The words about projects. */

const plural = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`

export const says = {
  title: 'Projects',
  hint: 'The folders on your computer that agents work in.',
  noGit: 'no git repository',
  changed: (count: number) => (count ? plural(count, 'changed file', 'changed files') : 'nothing changed'),
  open: (count: number) => plural(count, 'open session', 'open sessions'),
  add: 'Add a project',
  choose: 'Choose a folder',
  allowed: 'Folders that may be opened',
  up: (folder: string) => `Back to ${folder}`,
  none: 'There are no folders in it.',
  addThis: (folder: string) => `Add “${folder}”`,
  adding: 'Adding…',
  bring: 'Add it with its conversations',
  fresh: 'Add it as a new project',
  terminal: 'From the terminal',
  terminalHint: 'What agents were asked on the computer itself, outside of Janus. Continue one here, with all that was said in it.',
  project: 'Project',
  looking: 'Looking for conversations…',
  nothingThere: 'Nothing was begun in a terminal in this folder.',
  drives: (program: string) => `${program || 'Another program'} works on it now. Close it there first.`,
  goOnHere: (title: string) => `Continue “${title}” here`,
  remove: (name: string) => `Remove ${name}`,
  removeIt: (name: string) => `Remove “${name}” from the list?`,
  removeHint: 'Nothing in the folder is deleted. Its conversations are there again when you add it again.',
  confirm: 'Remove',
  removing: 'Removing…',
}

/** The words of the changes, in one place so that they can be translated. */

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`

export const words = {
  title: 'Changes',
  ofSession: 'Since the session began',
  ofTurn: 'Of one turn',
  back: 'Back to the conversation',
  backToList: 'All changed files',
  reading: 'Comparing the files…',
  none: 'Nothing has changed.',
  noneInTurn: 'This turn changed no files.',
  tryAgain: 'Try again',
  working: 'The agent is working: this follows it.',
  total: (files: number, added: number, removed: number) => `${count(files, 'file')}, +${added.toLocaleString()} −${removed.toLocaleString()}`,
  shown: (shown: number, all: number) => `Shown are the first ${shown.toLocaleString()} of ${all.toLocaleString()} files.`,
  renamesCut: 'So many files are new that nobody looked for what they were called before.',
  groups: {
    risky: 'Look closely',
    plain: 'Files',
    folded: (files: number) => `${count(files, 'lock or generated file')}`,
    yours: 'Changed by you, not by the agent',
  },
  yoursBefore: (files: number) => `${count(files, 'file')} of yours, not committed before the session began`,
  leftOut: 'Not looked at',
  leftOutHint: 'An undo does not touch these.',
  notInside: 'Repositories inside',
  notInsideHint: 'What is in them is not looked at.',
  viewed: 'Viewed',
  viewedCount: (viewed: number, of: number) => `${viewed} of ${of} viewed`,
  markViewed: 'Mark as viewed',
  unmarkViewed: 'Mark as not viewed',
  allChanges: 'Everything this session changed',
  undo: 'Undo…',
  land: 'Let it in…',
  comments: (comments: number) => count(comments, 'comment'),

  which: (which: number, of: number) => `${which} of ${of}`,
  previous: 'Previous file',
  next: 'Next file',
  nextShort: 'Next',
  done: 'To the list',
  functions: 'Whole functions',
  openFile: 'Open the file',
  lines: (from: number, to: number) => (from === to ? `Line ${from}` : `Lines ${from}–${to}`),
  hunk: (which: number, where: string) => `Change ${which}: ${where}. Arrows choose a line, Enter comments on it.`,
  explain: 'Explain',
  explainThis: (where: string) => `Explain the change at ${where}`,
  explainAsk: (path: string, where: string, code: string) => `Explain this change in \`${path}\`, ${where}. Do not change anything.\n\n${code}`,
  showFiles: (files: number) => `Show all ${count(files, 'file')}`,
  showAll: (lines: number) => `Show all ${lines.toLocaleString()} lines`,
  truncated: 'These are only the first lines: more than can be shown changed.',
  notText: 'Some of it is no text, and shown as �.',
  cut: '… this line is longer',
  noNewline: 'no line end',
  gone: 'This file has no changes here any more.',
  noLines: 'No line of it changed.',
  image: (path: string) => `${path}, as it is now`,
  imageLost: 'The picture cannot be shown.',

  status: {
    added: 'New',
    deleted: 'Deleted',
    renamed: (from: string) => `Renamed from ${from}`,
    type: 'Something else now',
  },
  nowLink: 'A link now',
  link: 'Link',
  nowFile: 'A file now, no link any more',
  executable: 'Can be run now',
  notExecutable: 'Cannot be run any more',
  repository: 'Another repository',
  binary: (before: string, now: string) => (before && now ? `Binary, ${before} → ${now}` : `Binary, ${now || before}`),
  large: (before: string, now: string) => `Large, ${before && now ? `${before} → ${now}` : now || before}: lines are not compared`,
  empty: 'Empty',
  secret: 'May hold secrets',
  runs: 'Runs by itself',
  big: 'Much changed',
  both: 'You changed it too',
}

/** `1.2 kB`; empty for nothing. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  const [unit, divisor] = size < 1_000_000 ? ['kB', 1000] : ['MB', 1_000_000]
  return `${(size / Number(divisor)).toLocaleString(undefined, {maximumFractionDigits: 1})} ${unit}`
}

/** The words of comments. */
export const review = {
  comment: 'Comment',
  edit: 'Edit the comment',
  placeholder: 'What should be different?',
  save: 'Save',
  remove: 'Delete',
  above: 'Line above',
  below: 'Line below',
  onLine: 'Comment on this line',
  waits: 'Not sent yet',
  notKept: (problem: string) => `Only on this device until Janus takes it. ${problem}`,
  title: 'Comments',
  hint: 'They go to the agent in one message, each with the lines it is about.',
  ahead: 'Something to say ahead (optional)',
  send: (comments: number) => `Send ${count(comments, 'comment')}`,
  sending: 'Sending…',
  stale: 'The file has changed since. The agent is told so.',
  old: 'what it was before',
  where: (path: string, from: number, to: number) => `${path}, ${words.lines(from, to).toLowerCase()}`,
  sent: 'The comments were sent.',
}

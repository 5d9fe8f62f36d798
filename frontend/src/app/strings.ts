/** Everything the page says by itself, but for the conversation. What went wrong, the server says. */

import type {Status} from '../lib/types'

const plural = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`

export const words = {
  janus: 'Janus',
  back: 'Back',
  cancel: 'Cancel',
  done: 'Done',

  // The banner
  offline: 'This device is offline.',
  reconnecting: 'Janus does not answer. Trying again …',
  waitingToBeSent: (count: number) =>
    `${plural(count, 'message is', 'messages are')} kept here and sent later.`,

  // The list
  sessions: 'Sessions',
  connected: 'Connected',
  notConnected: 'Not connected',
  settings: 'Settings',
  newSession: 'New session',
  search: 'Search sessions',
  nothingFound: 'No session has these words.',
  groups: {needs: 'Needs you', working: 'Working', earlier: 'Earlier'},
  needsYou: (title: string) => `${title} needs you.`,
  status: {
    active: 'working',
    waiting: 'your turn',
    idle: 'asleep',
    error: 'failed',
    stopped: 'ended',
  } satisfies Record<Status, string>,
  asksPermission: 'asks for permission',
  asksQuestion: 'has a question',
  planSteps: (done: number, total: number) => `${done} of ${total} steps`,
  unread: 'new',
  more: (title: string) => `More about ${title}`,
  inFolder: 'in the folder as it is',
  mayOnlyLook: 'This device may look, but not speak.',
  chooseOne: 'Choose a session, or start a new one.',
  empty: {
    title: 'What should the agent do?',
    text: 'An agent on your computer works on your code. You talk to it from here, and it asks you before it does anything that matters.',
    examples: ['What is this project about?', 'What changed lately?', 'Where are the tests?'],
    examplesLabel: 'Begin with a question',
  },
  onlyDemo:
    'No real agent is installed yet. The built-in one answers by searching your files and quoting them; to have code written, install one on the computer.',
  whichAgents: 'Which agents?',

  // What an agent asks
  deny: 'Deny',
  allow: 'Allow once',
  answerInside: 'Open to answer',
  readInside: 'Open to read and answer',
  oneOf: (index: number, total: number) => `${index} of ${total}`,
  denied: 'Denied.',
  allowed: 'Allowed once.',

  // One session
  rename: 'Rename',
  name: 'Name',
  nameHint: 'Letters, digits and dashes, 50 at most.',
  nameBetter: (better: string) => `Letters, digits and dashes only. How about “${better}”?`,
  save: 'Save',
  resume: 'Wake its agent',
  resuming: 'Waking …',
  open: 'Open',
  end: 'End session',
  info: {
    agent: 'Agent',
    place: 'Works in',
    branch: 'Branch',
    started: 'Started',
    messages: 'Messages',
  },
  ending: {
    title: (title: string) => `End “${title}”?`,
    text: 'Its agent stops. What was said stays on the computer.',
    summary: 'Ask the agent for a summary',
    summaryHint: 'Takes up to half a minute. The next session knows it.',
    cleanup: 'Remove its working folder',
    cleanupHint: (branch: string) => `The branch ${branch} stays, with all that was committed.`,
    confirm: 'End it',
    busy: 'Ending …',
    busySummary: 'The agent writes its summary …',
    keep: 'End, keep the folder',
    force: 'End, and lose that work',
    ended: 'Session ended',
    noSummary: 'There was nothing to sum up.',
    saved: 'The summary is kept on the computer.',
    branchStays: (branch: string) => `Its work is on the branch ${branch}.`,
  },

  // A new session
  starting: {
    words: 'What should the agent do?',
    placeholder: 'Fix the flaky login test …',
    agent: 'Agent',
    looking: 'Looking which agents there are …',
    missing: (count: number) => `${plural(count, 'agent is', 'agents are')} not installed`,
    demo: 'Built in, works offline: searches your files and quotes them.',
    where: 'Where',
    shared: 'The folder as it is',
    sharedHint: 'With what you have not committed; together with other sessions.',
    own: 'A branch of its own',
    ownHint: 'In a folder of its own: nothing else is touched.',
    name: 'Name of the work',
    nameHint: 'Also names the branch. Empty: today’s date.',
    existing: 'Existing branch',
    existingHint: 'Empty: a new one.',
    start: 'Start session',
    busy: 'Starting …',
    slow: 'The agent is being started. The first time takes a few seconds.',
    kept: 'Your words are kept on this device.',
    tooMany: 'See which to end',
  },

  // Pairing
  pairing: {
    title: 'Pair this device',
    text: 'Janus lets in only devices that you have paired.',
    how: 'On the computer, in the folder Janus serves, run',
    thenScan: 'and scan what it shows, or type its code here.',
    scanned: 'The code was read from the link. It is good once, for five minutes.',
    code: 'Code',
    codeHint: 'Ten letters and digits.',
    codeShort: 'A code has ten letters and digits.',
    name: 'Name of this device',
    nameHint: 'So that you recognise it in the list of devices.',
    pair: 'Pair',
    busy: 'Pairing …',
    wait: (seconds: number) => `Try again in ${plural(seconds, 'second', 'seconds')}.`,
    paired: 'This device is paired.',
  },
}

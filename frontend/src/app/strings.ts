/** The words of the page outside of a conversation. Failures are worded by the server. */

import type {Status} from '../lib/types'

const plural = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`

export const words = {
  janus: 'Janus',
  back: 'Back',
  cancel: 'Cancel',
  done: 'Done',

  // The banner
  offline: 'This device is offline.',
  reconnecting: 'Janus is not answering. Trying again …',
  waitingToBeSent: (count: number) =>
    `${plural(count, 'message is', 'messages are')} kept here and sent later.`,

  // The list
  sessions: 'Sessions',
  connected: 'Connected',
  notConnected: 'Not connected',
  settings: 'Settings',
  newSession: 'New session',
  search: 'Search sessions',
  nothingFound: 'No session matches these words.',
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
  readOnly: 'This device has read-only access.',
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
  resume: 'Start its agent',
  resuming: 'Starting …',
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
    text: 'Its agent stops. The conversation stays on the computer.',
    summary: 'Ask the agent for a summary',
    summaryHint: 'Takes up to half a minute. The next session starts with it.',
    cleanup: 'Remove its working folder',
    cleanupHint: (branch: string) => `The branch ${branch} stays, with everything committed to it.`,
    confirm: 'End it',
    busy: 'Ending …',
    busySummary: 'The agent is writing its summary …',
    keep: 'End but keep the folder',
    force: 'End and lose that work',
    ended: 'Session ended',
    noSummary: 'There was nothing to summarise.',
    saved: 'The summary is saved on the computer.',
    branchStays: (branch: string) => `Its work is on the branch ${branch}.`,
  },

  // A new session
  starting: {
    words: 'What should the agent do?',
    placeholder: 'Fix the flaky login test …',
    agent: 'Agent',
    looking: 'Looking for agents …',
    missing: (count: number) => `${plural(count, 'agent is', 'agents are')} not installed`,
    demo: 'Built in, works offline: searches your files and quotes them.',
    where: 'Where',
    shared: 'The folder as it is',
    sharedHint: 'With your uncommitted changes; shared with other sessions.',
    own: 'A branch of its own',
    ownHint: 'In a folder of its own; nothing else is touched.',
    name: 'Name of the work',
    nameHint: 'Also names the branch. Left empty: today’s date.',
    existing: 'Existing branch',
    existingHint: 'Left empty: a new one.',
    start: 'Start session',
    busy: 'Starting …',
    slow: 'Starting the agent. The first time takes a few seconds.',
    kept: 'Your words are kept on this device.',
    tooMany: 'Choose one to end',
  },

  // Pairing
  pairing: {
    title: 'Pair this device',
    text: 'Only devices that you have paired can use Janus.',
    how: 'On the computer, in the folder Janus serves, run',
    thenScan: 'and scan what it shows, or type its code here.',
    scanned: 'The code came with the link. It works once, for five minutes.',
    code: 'Code',
    codeHint: 'Ten letters and digits.',
    codeShort: 'A code has ten letters and digits.',
    name: 'Name of this device',
    nameHint: 'Shown in the list of devices.',
    pair: 'Pair',
    busy: 'Pairing …',
    wait: (seconds: number) => `Try again in ${plural(seconds, 'second', 'seconds')}.`,
    paired: 'This device is paired.',
  },
}

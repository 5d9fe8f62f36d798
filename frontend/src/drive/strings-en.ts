/** The words of the drive: what is on its screen, and what it says. Another language is another such table. */
import type {DigestAnswer, SessionInfo} from '../lib/types'

const NUMBERS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')

/** Small numbers as words. */
export function number(count: number): string {
  return NUMBERS[count] ?? String(count)
}

const counted = (count: number, noun: string) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`

const screen = {
  title: 'Drive',
  begin: 'Tap to begin',
  law: 'Only where the law allows it. Look at the road, not here.',
  talk: 'Talk',
  repeat: 'Repeat',
  stop: 'Stop the agent',
  exit: 'Hold to leave',
  holdOn: 'Hold it for a second to leave.',
  noSession: 'No session',
  phases: {
    quiet: 'Tap to talk',
    working: 'Working',
    asking: 'Needs you',
    speaking: 'Tap to interrupt',
    turning: 'Listening',
    listening: 'Listening',
    ending: 'One moment',
  },
  lost: 'No connection',
  soundTo: {
    browser: 'What you say is understood by the maker of your browser.',
    device: 'What you say is understood on this phone.',
    janus: 'A spoken yes is also checked on your computer.',
    service: 'A spoken yes is also checked by the service that Janus names.',
  },
  heardBy: {
    janus: 'What you say is understood by your computer.',
    service: 'What you say is understood by the service that Janus names.',
  },
}

const english = {
  sent: 'Okay.',
  kept: 'Kept, until there is a connection.',
  lost: 'The connection is lost.',
  back: 'The connection is back.',
  digest: ({text}: DigestAnswer, _nameOf: (session: SessionInfo) => string) => text,
  /** What Janus says of it itself, in English. */
  told: (message: string, _otherwise: string) => message,
  asks: (kind: string, what: string) => `The agent asks. ${kind}: ${what}.`,
  /** Where the agent is that asks. */
  on: (machine: string) => `On ${machine}.`,
  away: 'Its machine cannot be reached now.',
  inShort: (first: string) => `In short: ${first}`,
  thereIsMore: (left: number) => (left === 1 ? 'There is one sentence more. Say: more.' : `There are ${number(left)} sentences more. Say: more.`),
  noMore: 'That was all.',
  nothingYet: 'Nothing was said yet.',
  and: 'and',
  steps: (kind: string, count: number) =>
    ({
      read: `reading ${counted(count, 'file')}`,
      search: count === 1 ? 'searching' : `searching ${number(count)} times`,
      edit: `changing ${counted(count, 'file')}`,
      delete: `deleting ${counted(count, 'file')}`,
      move: `moving ${counted(count, 'file')}`,
      execute: `running ${counted(count, 'command')}`,
      fetch: `fetching ${counted(count, 'page')}`,
      think: 'thinking',
    })[kind] ?? `doing ${counted(count, 'step')}`,
  step: (kind: string, what: string) => {
    const verb = {edit: 'changing', delete: 'deleting', move: 'moving', execute: 'running', fetch: 'fetching', think: 'thinking about'}[kind]
    return what ? `${verb ?? 'doing'} ${what}` : `${verb ?? 'doing'} something`
  },
  doing: (clause: string) => `${clause[0]!.toUpperCase()}${clause.slice(1)}.`,
  stillWorking: (minutes: number) => `Still working, for ${counted(minutes, 'minute')}.`,
  withdrawn: 'Taken back.',
  withdrawnStopped: 'Taken back. It had begun, and was stopped.',
  begun: 'It has begun already. Say: stop, to stop it.',
  nothingToTakeBack: 'There is nothing to take back.',
  stopped: 'Stopped.',
  notWorking: 'The agent is not working.',
  slower: 'Slower.',
  faster: 'Faster.',
  louder: 'Louder.',
  loudest: 'It cannot be louder. Use the buttons of the phone.',
  here: (name: string) => `You are in ${name}.`,
  nowIn: (name: string) => `Now in ${name}.`,
  noSession: 'There is no session. Say what to do, and one begins.',
  noneCalled: (name: string) => `No session is called ${name}.`,
  severalCalled: (names: string[]) => `${number(names.length)} fit: ${names.slice(0, 3).join('; ')}. Say its whole name.`,
  noProject: (name: string) => `No project is called ${name}.`,
  newIn: (name: string) => `A new session in ${name}. Say what to do.`,
  asksIn: (name: string) => `${name} needs you.`,
  failedIn: (name: string) => `${name} failed.`,
  doneIn: (name: string) => `${name} is done.`,
  noNext: 'That was the last one.',
  noBack: 'That was the first one.',
  ending: (name: string) => `Ending ${name}.`,
  ended: 'The session has ended.',
  summary: 'The summary:',
  saved: 'It is saved on the computer.',
  goodbye: 'Goodbye.',
  help:
    'Say what the agent should do. Or say: repeat, more, slower, louder, stop, scratch that, what needs me, next, back, ' +
    'switch to, and a name, new session in, and a project, or end session.',
  askIt: (what: string) => `${what} Say: allow it once. Or: deny.`,
  hands: 'This needs your hands when you have stopped.',
  orDeny: 'Or say: deny.',
  allowed: 'Allowed once.',
  denied: 'Denied.',
  elsewhere: 'It was answered elsewhere.',
  unsure: 'I did not hear that well. Say it once more.',
  unclear: 'That is no clear yes.',
  notRecorded: 'Your computer could not hear that. Say it once more, or use your hands when you have stopped.',
  staysOpen: 'It stays open. Say: what needs me, to hear it again.',
  notWhole: 'You have not heard all of it. Once more.',
  cannotDeny: 'It cannot be denied by voice.',
  readOnly: 'This device has read-only access.',
  microphone: 'The microphone is lost. Tap, to talk.',
  failed: (why: string) => `That did not work. ${why}`,
}

export type Words = {[name in keyof typeof screen]: Retold<(typeof screen)[name]>}
export type Says = {[name in keyof typeof english]: Retold<(typeof english)[name]>}

/** The same in other words. */
type Retold<T> = T extends string ? string : T extends (...args: infer A) => unknown ? (...args: A) => string : {[key in keyof T]: Retold<T[key]>}

export interface Spoken {
  words: Words
  says: Says
}

export const ENGLISH: Spoken = {words: screen, says: english}

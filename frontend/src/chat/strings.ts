/** The words of the chat, in one place so that they can be translated. */

import {moment} from '../app/time'
import type {OwnerTold} from '../lib/types'
import {sent} from './sent-strings'

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString()} ${number === 1 ? one : many}`

export const words = {
  back: 'Back',
  allSessions: 'All sessions',
  untitled: 'Conversation',
  menu: 'More about this session',
  conversation: 'Conversation',
  you: 'You',
  agent: 'Agent',
  system: 'Janus',
  empty: 'Ask about your code, or say what to do.',
  opening: 'Opening the conversation…',
  loadEarlier: (more: number) => `Load earlier (${count(more, 'message')} more)`,
  loadingEarlier: 'Loading…',
  newSince: (time: string) => `New since ${time}`,
  notFound: 'That message is not in this conversation any more.',
  latest: 'Jump to latest',
  latestNew: (fresh: number) => `Jump to latest (${fresh} new)`,

  connected: 'Connected again.',
  ended: 'This session has ended.',
  summary: 'Summary',
  goOn: 'Continue',
  reopening: 'Starting the agent…',
  login: 'The agent needs a login. Log in on the computer.',
  readOnly: 'This device has read-only access.',

  delivery: {
    waiting: 'Waiting for the connection',
    sending: 'Sending',
    sent: 'Received',
    queued: 'Waiting for its turn',
    failed: 'Not sent',
    answered: '',
  },
  beginning: 'Starting the session',
  making: 'Making its folder with all files; a large project takes minutes. You can leave: your words are kept, and sent when it is there.',
  changeIt: 'Change it',
  unknown: {
    title: 'There is no such conversation',
    text: 'It was deleted, or belongs to another Janus.',
  },
  retry: 'Retry',
  discard: 'Discard',
  askAgain: 'Ask again',
  saidNothing: 'Finished without an answer.',
  thinking: 'Thinking',
  thought: 'Thoughts',
  actions: 'More about this message',
  message: 'Message',
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'Could not copy.',
  speak: 'Read aloud',
  speaking: 'Reading aloud',
  stopSpeaking: 'Stop reading',
  quote: 'Quote',

  context: 'Context',
  kilobytes: (bytes: number) => `${(bytes / 1000).toLocaleString(undefined, {minimumFractionDigits: 1, maximumFractionDigits: 1})} kB`,
  steps: 'What the agent did',
  stepCount: (steps: number) => count(steps, 'step'),
  filesChanged: (files: number, added: number, removed: number) => `${count(files, 'file')} +${added} −${removed}`,
  viewChanges: 'View changes',
  allChanges: 'All changes',
  toolStatus: {in_progress: 'running', completed: 'done', failed: 'failed', rejected: 'denied', cancelled: 'cancelled'},
  readFiles: (files: number) => `Read ${count(files, 'file')}`,
  searched: (times: number) => `Searched ${count(times, 'time')}`,
  and: (one: string, other: string) => `${one}, ${other[0]!.toLowerCase()}${other.slice(1)}`,
  output: 'Output',
  picture: 'Picture from the agent',
  pictureComes: 'Loading the picture…',
  pictureLost: 'The picture could not be loaded.',
  showAll: (lines: number) => `Show all ${lines.toLocaleString()} lines`,
  seconds: (seconds: number) => (seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`),

  side: 'Plan and steps',
  changed: 'Changed',
  lastSteps: 'Steps',
  sideNothing: 'The agent’s plan and steps appear here.',

  plan: 'Plan',
  planDone: 'all done',
  planStatus: {completed: 'done', in_progress: 'now', pending: 'to do', cancelled: 'dropped'} as Record<string, string>,

  question: 'The agent asks',
  allowWhat: (kind = '') =>
    ({execute: 'Allow this command?', edit: 'Allow this change?', delete: 'Allow deleting this?', fetch: 'Allow fetching this?'})[
      kind
    ] ?? 'Allow this?',
  details: 'What it is about',
  needsYou: (title: string) => `The agent needs you: ${title}`,
  which: (which: number, of: number) => `${which} of ${of}`,
  where: (project: string, branch: string) => (branch ? `In ${project}, on ${branch}` : `In ${project}, the folder as it is`),
  review: 'Review',
  readOn: 'Read on',
  answer: 'Answer',
  moreChoices: 'More choices',
  denyAndSay: 'Deny, and say why',
  denyIt: 'Deny',
  reason: 'Why not? The agent gets your reason.',
  nothingChanged: 'Nothing changes.',
  leftOut: (lines: number) => `… and ${count(lines, 'line')} more, too many to show here`,
  elsewhere: 'Answered on another device.',
  noLonger: 'The agent is no longer asking that.',
  openPage: 'Open the page',
  optional: 'optional',
  choose: 'Choose…',

  working: 'Working',
  starting: 'Starting the agent',
  waitingForYou: 'Waiting for you',
  writing: 'Answering',
  noWord: 'Not connected',
  stop: 'Stop',
  stopping: 'Stopping…',
  stoppedIt: 'Stopping the agent.',
  stillWorking: (verb: string, minutes: string) => `${verb}, for ${minutes}.`,
  duration: (seconds: number) =>
    seconds < 60 ? count(seconds, 'second') : count(Math.round(seconds / 60), 'minute'),
  finished: 'The agent has answered.',
  reports: 'The agent reports.',

  queue: 'Will be sent after this step',
  held: (waiting: number) => `${waiting} waiting: send, or discard`,
  sendHeld: 'Send',
  sendHeldLabel: 'Send what waits',
  discardHeld: 'Discard',
  discardHeldLabel: 'Discard what waits',
  discarded: (messages: number) => `${count(messages, 'message')} discarded.`,
  queued: (text: string) => `Waiting: ${text}`,
  edit: 'Edit',
  withdraw: 'Take back',
  sendNow: 'Stop and send now',

  completions: (offers: number) => `${count(offers, 'suggestion')}: arrows choose, Enter takes one.`,
  completionsLabel: 'Suggestions',

  composer: 'Say something to the agent',
  placeholder: 'Message',
  later: 'Next message',
  afterEnd: 'Or write on',
  send: 'Send',
  sendLater: 'Send after this step',
  quick: 'Quick replies',
  replies: {goOn: 'Continue', yes: 'Yes', no: 'No', fix: 'Fix what failed'},

  drive: 'Drive: talk without looking',
  copyAll: 'Copy conversation',
  manage: 'Rename, end and more…',
  manageEnded: 'Save, delete and more…',
}

/** The words of undoing a turn. */
export const undo = {
  open: 'Undo…',
  title: 'Undo this turn',
  looking: 'Looking at the files…',
  nothing: 'This turn changed no files.',
  says: (files: number) => `${count(files, 'file')} will be as before this turn. What was not changed in it stays as it is.`,
  becomes: {added: 'comes back', modified: 'as it was', deleted: 'goes'},
  stays: (why: string) => `stays: ${why}`,
  yes: 'Undo',
  undone: 'Undone. The agent is told with the next message.',
  undoUndo: 'Undo the undo',
  again: 'Everything is as it was before the undo.',
  lookAgain: 'Look again',
  leaveOut: (files: number) => `Leave ${files === 1 ? 'it' : 'these'} out`,
}

const STOP_LINES: Record<string, string> = {
  end_turn: '',
  cancelled: 'Stopped by you',
  max_tokens: "Cut at the agent's limit",
  max_turn_requests: "Cut at the agent's limit",
  refusal: 'The agent refused',
  failed: 'Failed',
}

/** Why an answer ended, unless it simply finished. Agents may have reasons of their own. */
export function stopLine(reason: string | null | undefined): string {
  if (!reason) return ''
  return Object.hasOwn(STOP_LINES, reason) ? STOP_LINES[reason]! : `Ended: ${reason.replaceAll('_', ' ')}`
}

/** What is known of the last notification about a session. */
export function toldLine({at, way, arrived_at: arrived, seen_at: seen, unseen}: OwnerTold): string {
  const told = `Told you ${moment(Date.parse(at))}${way === 'ntfy' ? ' by ntfy' : way === 'again' ? ', twice' : ''}`
  if (seen) return `${told}, seen ${moment(Date.parse(seen))}`
  if (unseen) return `${told}, not seen`
  return arrived ? `${told}, arrived ${moment(Date.parse(arrived))}` : told
}

/** The author of a message. */
export const who = {user: words.you, assistant: words.agent, system: words.system}

/** Why something failed, in words for the user. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : sent.gone
}

/** `2:07`, or `1:02:07`. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const padded = (number: number) => String(number).padStart(2, '0')
  return h ? `${h}:${padded(m)}:${padded(s)}` : `${m}:${padded(s)}`
}

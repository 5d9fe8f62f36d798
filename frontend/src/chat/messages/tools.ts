/** Tool calls in words, one line each. */

import type {IconName} from '../../ui/icon'
import type {State, ToolCall} from '../../lib/types'
import {words} from '../strings'

export type Step = {kind: 'call'; call: ToolCall} | {kind: 'fold'; key: string; calls: ToolCall[]}

const LOOKING = ['read', 'search', 'fetch', 'list']

const ICONS: Record<string, IconName> = {
  read: 'file-text',
  edit: 'pencil',
  delete: 'trash-2',
  move: 'folder',
  search: 'search',
  execute: 'terminal',
  think: 'brain',
  fetch: 'globe',
}

const VERBS: Record<string, string> = {
  read: 'Read',
  edit: 'Edit',
  delete: 'Delete',
  move: 'Move',
  search: 'Search',
  execute: 'Run',
  think: 'Think',
  fetch: 'Fetch',
}

/** Titles that already begin with a verb. */
const VERB = /^(?:Read|Edit|Write|Create|Delete|Remove|Move|Rename|Search|Find|Grep|Glob|List|Run|Execute|Bash|Shell|Fetch|Think|Update|Apply)\b:?/i

export function iconOf({kind}: ToolCall): IconName {
  return ICONS[kind] ?? 'wrench'
}

/** For example, `Run` and `npm test`. */
export function lineOf({kind, title, name}: ToolCall): {verb: string; target: string} {
  const said = title.trim().replace(/^`+([^`]*)`+$/, '$1') || name
  const [verb] = VERB.exec(said) ?? ['']
  if (verb) return {verb: verb.replace(/:$/, ''), target: bare(said.slice(verb.length))}
  return {verb: VERBS[kind] ?? '', target: bare(said)}
}

function bare(target: string): string {
  return target.trim().replace(/^`([^`]*)`$/, '$1')
}

/** Group consecutive calls that only read and succeeded into one step. */
export function stepsOf(calls: readonly ToolCall[]): Step[] {
  const steps: Step[] = []
  let looking: ToolCall[] = []
  const end = () => {
    const [first] = looking
    if (looking.length > 1) steps.push({kind: 'fold', key: `fold ${first!.id}`, calls: looking})
    else if (first) steps.push({kind: 'call', call: first})
    looking = []
  }
  for (const call of calls) {
    if (LOOKING.includes(call.kind) && (call.status === 'in_progress' || call.status === 'completed')) {
      looking.push(call)
      continue
    }
    end()
    steps.push({kind: 'call', call})
  }
  end()
  return steps
}

/** For example, `Read 6 files, searched 2 times`. */
export function foldTitle(calls: readonly ToolCall[]): string {
  const reads = new Set(calls.filter(({kind}) => kind === 'read').map(({title}) => title)).size
  const others = calls.filter(({kind}) => kind !== 'read').length
  if (!others) return words.readFiles(reads)
  const searched = words.searched(others)
  return reads ? words.and(words.readFiles(reads), searched) : searched
}

/** What the agent is doing, in a few words. */
export function doing(state: State): string {
  if (state.permissions.length) return words.waitingForYou
  if (state.is_loading) return words.starting
  const answer = state.messages.findLast(message => message.is_streaming)
  if (answer?.sender !== 'assistant') return words.working
  const running = answer.tool_calls.findLast(call => call.status === 'in_progress')
  if (running) {
    const {verb, target} = lineOf(running)
    return `${verb} ${target}`.trim().split('\n')[0]!
  }
  return answer.content ? words.writing : words.thinking
}

/** A changed file as Janus describes it: its path, then one line each with its sign. */
export interface Change {
  path: string
  lines: {sign: '+' | '-' | ''; text: string}[]
  added: number
  removed: number
}

/** The change described by a call's output; null if it describes none. */
export function changeOf({kind, output = ''}: ToolCall): Change | null {
  const [path = '', ...rest] = output.split('\n')
  const signed = rest.length > 0 && rest.every(line => /^(?:[-+]|… |$)/.test(line))
  if (!signed || !path || kind === 'execute' || !rest.some(line => /^[-+]/.test(line))) return null
  const lines = rest.map(line => {
    const sign = line.startsWith('+') ? '+' : line.startsWith('-') ? '-' : ''
    return {sign, text: sign ? line.slice(1) : line} as const
  })
  const having = (sign: string) => lines.filter(line => line.sign === sign).length
  return {path, lines, added: having('+'), removed: having('-')}
}

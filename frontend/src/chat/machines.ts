/** What is said of the machines in the list of sessions. */

import type {Machine} from '../lib/types'
import {moment} from '../app/time'

export const machines = {
  newOn: 'New session on',
  itsAgent: (name: string) => `The usual agent of ${name}`,
  never: 'was not here yet',
  asleep: (since: string) => `asleep since ${since}`,
  starting: 'Not begun yet',
  keptUntil: (name: string) => `Kept on this device until ${name} wakes`,
}

/** Since when a machine is away; empty while it is there. */
export function sleepOf({online, asleep_since: since}: Pick<Machine, 'online' | 'asleep_since'>): string {
  if (online) return ''
  return since ? machines.asleep(moment(Date.parse(since))) : machines.never
}

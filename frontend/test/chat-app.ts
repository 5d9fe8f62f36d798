import {signal} from '@preact/signals'
import {vi} from 'vitest'

import type {App} from '../src/app/app'
import {Fleet} from '../src/app/fleet'
import {Connection} from '../src/app/connection'
import type {Api} from '../src/lib/api'
import {Drafts} from '../src/lib/drafts'
import type {KeptState} from '../src/lib/kept-states'
import {Outbox} from '../src/lib/outbox'
import type {OutboxStore} from '../src/lib/outbox-store'

const FORGETFUL: OutboxStore = {
  all: async () => [],
  has: async () => true,
  put: async () => {},
  delete: async () => {},
}

/** The machines of sessions, for `fakeApp`. */
export const fleetHas: Record<string, string> = {}

/** An app in the hands of a test: what is sent goes to `send`, and every endpoint is a mock. */
export function fakeApp(send: (text: string) => Promise<unknown> = async () => {}) {
  const api = {
    heartbeat: vi.fn(async () => ({})),
    permission: vi.fn(),
    interrupt: vi.fn(),
    withdraw: vi.fn(),
    sendQueue: vi.fn(),
    image: vi.fn(async (_: string, id: string) => {
      if (id === 'gone') throw new Error('no such picture')
      return 'data:image/png;base64,AAAA'
    }),
    session: vi.fn(),
  }
  const app = {
    api: api as unknown as Api,
    outbox: new Outbox(entry => send(entry.text), FORGETFUL),
    drafts: new Drafts(),
    kept: {load: vi.fn(async (): Promise<KeptState | undefined> => undefined), save: vi.fn(async () => {}), forget: vi.fn(async () => {})},
    firstState: vi.fn(async () => undefined),
    paired: signal(true),
    uploads: vi.fn(() => new Promise<never>(() => {})),
    preferences: {
      theme: signal('auto'),
      textSize: signal('normal'),
      hand: signal('right'),
      enterSends: signal(true),
      readAloud: signal(false),
      rate: signal(1),
      voice: signal(''),
      sounds: signal(false),
      vibration: signal(false),
      drivesIn: signal(''),
      hears: signal('auto'),
      speaks: signal('auto'),
      stayAwake: signal(false),
    },
    sessions: signal([]),
    loaded: signal(true),
    connection: new Connection(),
    agents: signal([]),
    health: signal(undefined),
    projects: signal([]),
    fleet: new Fleet({machines: {offered: async () => ({agents: [], projects: []}), all: async () => Promise.reject(new Error('alone'))}, ended: async () => ({sessions: []})}, id => fleetHas[id]),
    readOnly: signal(false),
    titleOf: () => '',
    manage: vi.fn(),
    refresh: vi.fn(),
    headers: () => ({}),
    unauthorized: vi.fn(),
    announce: vi.fn(),
    go: vi.fn(),
  } satisfies Record<keyof App, unknown>
  return {app: app as unknown as App, api, spies: app}
}

/** What the other calls answer: sessions, agents, devices, failures. */

import type {Attention, Message, Status} from './state'

export interface SessionInfo {
  session_id: string
  name: string | null
  status: Status
  agent: string
  /** Its own git branch and worktree; null if it works in the workspace itself. */
  branch: string | null
  worktree_path: string | null
  created_at: string
  last_activity: string
  message_count: number
  attention: Attention
  /** Only where one session is asked for. */
  conversation?: {
    role: Message['sender']
    content: string
    timestamp: string
    turn_id: string | null
  }[]
}

export interface EndedSession {
  session_id: string
  status: 'ended'
  summary: string | null
  summary_saved: boolean
  branch: string | null
  worktree_path: string | null
}

export interface AgentInfo {
  name: string
  label: string
  available: boolean
  version: string | null
  protocol: 'acp' | 'print' | null
  install: string
  login: string
}

export interface Health {
  status: 'ok' | 'degraded'
  version: string
  uptime_seconds: number
  active_sessions: number
  max_sessions: number
  agent: {
    name: string
    available: boolean
    version: string | null
    demo?: boolean
    message?: string
  }
  storage: {ok: boolean; message?: string}
}

/** A page or program that was let in. */
export interface Device {
  device_id: string
  name: string
  scope: string
  kind: 'page' | 'token'
  created_at: string
  last_seen: string
  address: string | null
}

/** How another device comes in. */
export interface Invitation {
  /** To be typed. */
  code: string
  /** To be opened or scanned; the code is in it. */
  url: string
  expires_at: string
  /** Where a phone that was never here learns to trust this computer. */
  setup_url: string | null
  /** What has to be shown there. */
  words: string | null
}

export interface ApiErrorBody {
  error: {code: string; message: string; [detail: string]: unknown}
  request_id?: string
}

/** What the other calls return: sessions, agents, devices, failures. */

import type {Attention, Message, Status} from './state'

export interface SessionInfo {
  session_id: string
  name: string | null
  status: Status
  agent: string
  /** Its own git branch and worktree; null if it works directly in the workspace. */
  branch: string | null
  worktree_path: string | null
  created_at: string
  last_activity: string
  message_count: number
  attention: Attention
  /** Only when a single session is requested. */
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

/** A paired page or program. */
export interface Device {
  device_id: string
  name: string
  scope: string
  kind: 'page' | 'token'
  created_at: string
  last_seen: string
  address: string | null
}

/** How another device is paired. */
export interface Invitation {
  /** To type. */
  code: string
  /** To open or scan; it contains the code. */
  url: string
  expires_at: string
  /** Where a new phone learns to trust this computer's certificate. */
  setup_url: string | null
  /** The words that must be shown there. */
  words: string | null
}

export interface ApiErrorBody {
  error: {code: string; message: string; [detail: string]: unknown}
  request_id?: string
}

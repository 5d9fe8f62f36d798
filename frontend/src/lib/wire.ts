/**
 * What goes over the wire: every request, answer and event of the stream. Written by `make api`
 * from what the server declares; do not change it here.
 */

/** An agent that Janus knows, and whether it is on this computer. */
export interface AgentInfo {
  name: string
  /** Its name for a person. */
  label: string
  available: boolean
  version: string | null
  protocol: AgentProtocol | null
  /** How to install it. */
  install: string
  /** How to log in. */
  login: string
}

/** The agents, in the order of preference. */
export interface AgentList {
  agents: AgentInfo[]
}

export type AgentName = 'auto' | 'custom' | 'cursor-agent' | 'cursor' | 'agent' | 'claude' | 'claude-code' | 'claude-agent-acp' | 'codex' | 'codex-acp' | 'gemini' | 'opencode' | 'copilot' | 'qwen' | 'qwen-code' | 'goose' | 'janus-demo-agent' | 'demo'

/** Something the agent lets its user choose: its mode, its model. */
export interface AgentOption {
  id: string
  name: string
  category: string
  /** What is chosen now. */
  value: OptionValue
  choices: OptionChoice[]
}

/** How Janus speaks with an agent: only over ACP can it ask before it acts. */
export type AgentProtocol = 'acp' | 'print'

/** The answer. */
export interface AskAnswer {
  session_id: SessionId
  answer: string
  turn_id: string
  stop_reason: StopReason
  timestamp: Time
}

/** A question. */
export interface AskBody {
  /** Words, not only spaces and control characters; as long as a body may be. */
  question: string
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
}

/** A turn ended with an answer. */
export interface AssistantMessageEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  /** The whole answer. */
  content: string
  stop_reason: StopReason
}

/** Why somebody should look. */
export type Attention = 'error' | 'permission' | 'question' | null

/** A message. */
export interface ChatBody {
  /** Words, not only spaces and control characters; as long as a body may be. */
  message: string
  /** The session to speak in; one is made, with this id or a new one, if there is none. */
  session_id?: string | null
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
}

/** A slash command that the agent knows. */
export interface Command {
  name: string
  description: string
  /** What to write after it; may be empty. */
  hint: string
}

/** One entry of a conversation. */
export interface ConversationMessage {
  role: 'assistant' | 'system' | 'user'
  content: string
  timestamp: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
}

/** What the conversation was about. */
export interface ConversationSummary {
  content: string
  /** False: made from the conversation. */
  by_agent: boolean
}

/** A piece of what the agent says or thinks; those of a turn, put together, are the whole. */
export interface DeltaEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  text: string
}

/** A page that was paired, or a program with a token. */
export interface Device {
  device_id: string
  /** As it calls itself: no proof of who it is. */
  name: string
  scope: Scope
  kind: 'page' | 'token'
  created_at: Time
  /** Unused for 90 days, it is forgotten. */
  last_seen: Time
  /** Where it was seen last; null for a token that was not used yet. */
  address: string | null
}

/** The devices, without their secrets. */
export interface DeviceList {
  devices: Device[]
  /** The `device_id` of the caller; `owner` for the command line of Janus, which is not on the list. */
  this_device: string
}

/** How to end a session. */
export interface EndBody {
  /** False: do not ask the agent for a summary. */
  summary?: boolean | null
  /** True: remove its worktree too. If work would be lost, that is refused, and the session has not ended. */
  cleanup?: boolean | null
  /** True: with `cleanup`, remove the worktree with the work in it. */
  force?: boolean | null
}

/** The session has ended. */
export interface EndedSession {
  session_id: SessionId
  status: 'ended'
  /** Null if nothing was said. */
  summary: string | null
  /** Whether the summary is on the disk too. */
  summary_saved: boolean
  /** The branch it worked on; null if it worked in the workspace itself. */
  branch: string | null
  /** Its worktree, which stays; null if it had none or it was removed. It stays in spite of `cleanup` if the agent left something new in it at the very end. */
  worktree_path: string | null
}

/** The body of every failure. */
export interface ErrorBody {
  error: Failure
  /** As in `X-Request-ID`. */
  request_id: string
}

/** What programs look at. */
export type ErrorCode = 'INTERNAL_ERROR' | 'INVALID_REQUEST' | 'INVALID_SESSION_ID' | 'INVALID_NAME' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'UNAUTHORIZED' | 'FORBIDDEN' | 'NOT_FOUND' | 'SESSION_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | 'PERMISSION_NOT_FOUND' | 'SESSION_BUSY' | 'SESSION_EXISTS' | 'MAX_SESSIONS' | 'ALREADY_ANSWERED' | 'BRANCH_IN_USE' | 'WORKTREE_DIRTY' | 'TOO_MANY_DEVICES' | 'QUEUE_FULL' | 'RATE_LIMITED' | 'AGENT_FAILED' | 'AGENT_NOT_FOUND' | 'AGENT_LOGIN_REQUIRED' | 'AGENT_RATE_LIMITED' | 'GIT_FAILED' | 'SERVER_STOPPING' | 'TOO_MANY_STREAMS' | 'ASK_TIMEOUT' | 'STORAGE_FAILED' | 'METHOD_NOT_ALLOWED'

/** A turn ended without an answer. */
export interface ErrorEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  code: ErrorCode
  message: string
}

/** What went wrong, and what is known of it. */
export interface Failure {
  code: ErrorCode
  /** Can be read aloud to the user. */
  message: string
  /** Of a turn that failed or goes on. */
  turn_id?: string
  /** What the agent had said by then. */
  partial?: string
  /** How the agent's process ended. */
  exit_code?: number | null
  /** What ended the agent's process. */
  signal?: number | string | null
  /** The agent's last words on its terminal. */
  output?: string
  /** The agent died again and again, and is not started for so long, unless the session is resumed. */
  retry_seconds?: number
  /** Seconds after which to try again, as in `Retry-After`. */
  retry_after?: number
  /** Files of the worktree with changes that are not committed. */
  changed_files?: number
  /** Files and folders of the worktree that git does not know. */
  new_files?: number
  /** The first of both. */
  files?: string[]
  /** Commits that no other branch or tag has. */
  commits?: number
  /** What is half done in the worktree. */
  unfinished?: string
  /** Whether the worktree has submodules of its own, which may have commits. */
  submodules?: boolean
}

/** Something to fill in. */
export interface Field {
  id: string
  title: string
  /** What to know before; may be empty. */
  description: string
  /** `choice` takes the id of one of the choices, `choices` a list of ids. */
  kind: 'boolean' | 'choice' | 'choices' | 'integer' | 'number' | 'text'
  required: boolean
  default?: FilledIn
  choices?: FieldChoice[]
}

/** One of the answers that a field can have. */
export interface FieldChoice {
  id: string
  name: string
}

export type FilledIn = string | number | boolean | string[]

/** The health of Janus, its agent and its disk. Only the `status` is told to strangers. */
export interface Health {
  /** Degraded when something needs the owner. */
  status: 'degraded' | 'ok'
  /** The version of Janus. */
  version?: string
  uptime_seconds?: number
  active_sessions?: number
  max_sessions?: number
  agent?: HealthAgent
  storage?: HealthStorage
}

/** The agent that answers unless a session has chosen another. */
export interface HealthAgent {
  name: string
  available: boolean
  version: string | null
  /** Whether it is the one that comes with Janus. */
  demo?: boolean
  /** What there is to know. */
  message?: string
}

/** The disk. */
export interface HealthStorage {
  /** Whether the disk takes what Janus writes. */
  ok: boolean
  message?: string
}

/** When the session was used last: now. */
export interface Heartbeat {
  session_id: SessionId
  last_activity: Time
  status: Status
}

/** Which turn to stop. */
export interface InterruptBody {
  session_id: SessionId
  /** Stop this turn only: nothing happens when it is over already. */
  turn_id?: string | null
  /** True: send what waits at once. False: hold it until the user says so. */
  send_queue?: boolean | null
}

/** A pairing code, and how another device comes to use it. */
export interface Invitation {
  /** To be typed. */
  code: string
  /** To be scanned: the page, with the code in its fragment, which no browser sends to anybody. */
  url: string
  expires_at: Time
  /** Where a phone learns to trust the certificate of this Janus; null if there is nothing to learn. */
  setup_url: string | null
  /** The words for that certificate, to compare with those at `setup_url`. */
  words: string | null
  /** The SHA-256 fingerprint of that certificate, to compare with what the phone shows of it. */
  fingerprint: string | null
}

/** A command for MCP servers. */
export interface McpBody {
  /** `list`, `list-tools`, `enable`, `disable` or `login`; another one is no success. */
  command: string
  /** Arguments; one that begins with a dash is no success. */
  args?: string[] | null
  session_id: SessionId
}

/** What a command printed. */
export interface McpOutput {
  /** All that was printed. */
  output: string
}

/** What came of a command. */
export interface McpResult {
  session_id: SessionId
  success: boolean
  /** The first line of the output, or why there is none. */
  message: string
  data: McpOutput
}

/** Something that was said. */
export interface Message {
  /** The client's own `message_id`, if it gave one. */
  id: string
  sender: 'assistant' | 'system' | 'user'
  content: string
  timestamp: Time
  /** More of it is coming. */
  is_streaming: boolean
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  /** Why an answer ended; null while it grows, and of what is no answer. */
  stop_reason: StopReason | null
  tool_calls: ToolCall[]
}

/** What the device that is paired with the code may do. */
export interface NewCodeBody {
  /** What it may do: `read` has read-only access. `full` if absent. */
  scope?: Scope | null
}

/** OpenAPI 3.1. */
export interface OpenApi {
  openapi: string
  info: Record<string, unknown>
  servers: unknown[]
  security: unknown[]
  tags: unknown[]
  paths: Record<string, unknown>
  components: Record<string, unknown>
}

/** A choice among the agent's options. */
export interface OptionBody {
  session_id: SessionId
  /** The `id` of an option. */
  option_id: string
  /** The `value` of one of its choices, as text. */
  value: string
}

/** One value that an option can have. */
export interface OptionChoice {
  value: OptionValue
  name: string
}

export type OptionValue = string | boolean | null

/** A pairing code, and who has it. */
export interface PairBody {
  /** As it is shown at the computer; case, spaces and dashes do not matter. */
  code: string
  /** What the list of devices will call it; the first 40 characters count. */
  name?: string | null
}

/** The device, which is paired now, and the key that it sends as `X-Janus-Key`. */
export interface PairedDevice {
  device_id: string
  /** As it calls itself: no proof of who it is. */
  name: string
  scope: Scope
  kind: 'page' | 'token'
  created_at: Time
  /** Unused for 90 days, it is forgotten. */
  last_seen: Time
  /** Where it was seen last; null for a token that was not used yet. */
  address: string | null
  /** It is told this once. */
  key: string
}

/** Something the agent asks its user: may I, which one, how. */
export interface Permission {
  request_id: string
  kind: 'permission' | 'question'
  title: string
  options: PermissionOption[]
  /** More to read before saying yes. */
  text?: string
  /** A page to open. */
  url?: string
  tool_call?: ToolCall
  /** What to fill in, where the options alone are no answer: send it as `answers` with the option `accept`. */
  fields?: Field[]
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
}

/** An answer to what the agent asks. */
export interface PermissionBody {
  session_id: SessionId
  /** As in the state's `permissions`. */
  request_id: string
  /** The `id` of one of the options. */
  option_id: string
  /** What was filled in, by the `id` of the field; what is not required may be left out. */
  answers?: Record<string, FilledIn> | null
}

/** One answer to what the agent asks. */
export interface PermissionOption {
  id: string
  name: string
  /** What it does, if that is known. */
  kind: string
}

/** The agent asks its user. */
export interface PermissionRequestEvent {
  request_id: string
  kind: 'permission' | 'question'
  title: string
  options: PermissionOption[]
  /** More to read before saying yes. */
  text?: string
  /** A page to open. */
  url?: string
  tool_call?: ToolCall
  /** What to fill in, where the options alone are no answer: send it as `answers` with the option `accept`. */
  fields?: Field[]
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
}

/** A question was answered, or nobody answers it any more. */
export interface PermissionResolvedEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  request_id: string
  option_id: string | null
  outcome: 'cancelled' | 'selected'
}

/** A sign of life, unnumbered, after a time of quiet. */
export interface PingEvent {}

/** One step of the agent's plan. */
export interface PlanEntry {
  content: string
  status: string
  priority: string
}

/** The agent's plan, whole. */
export interface PlanEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  entries: PlanEntry[]
}

/** What to do with the messages that wait. */
export interface QueueBody {
  session_id: SessionId
  /** `send`: send what is held, in its order. */
  action: 'send'
}

/** A message that waits, and can be withdrawn. */
export interface QueuedMessage {
  message_id: string
  turn_id: string
  content: string
  timestamp: Time
  /** It waits until the user sends it. */
  held: boolean
}

/** What to call a session. */
export interface RenameBody {
  name: string
}

/** They have no access any more. */
export interface Revoked {
  /** How many. */
  revoked: number
}

/** What a device may do: `read` has read-only access. */
export type Scope = 'full' | 'read'

/** What a session is, whatever happens in it. */
export interface SessionDescription {
  name: string | null
  agent: string
  branch: string | null
  worktree_path: string | null
  created_at: Time
}

/** The session was ended. */
export interface SessionEndedEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  reason: string
}

export type SessionId = string

/** A session. */
export interface SessionInfo {
  session_id: SessionId
  name: string | null
  status: Status
  /** The agent's name. */
  agent: string
  /** Its own git branch; null if it works in the workspace itself. */
  branch: string | null
  /** Its own worktree; null if it works in the workspace itself. */
  worktree_path: string | null
  created_at: Time
  last_activity: Time
  message_count: number
  attention: Attention
  /** Only where one session is asked for. */
  conversation?: ConversationMessage[]
}

/** The sessions that take a place under the limit. */
export interface SessionList {
  sessions: SessionInfo[]
}

/** What kind of session to start. */
export interface StartBody {
  /** The client's own id for it, a UUID say: sent again, it is the same session. A new one if absent. */
  session_id?: SessionId | null
  /** What it is called; several may be called the same. An isolated session without one is called after its branch, or the day: `feature-2027-01-15-001`. */
  name?: string | null
  /** A local branch that is there and checked out nowhere. A new one if absent: `feature/<name>`, or `feature/<name>-2` where that is taken. */
  branch?: string | null
  /** The name of an agent, as in `/api/agents`, or one of its aliases; `auto` takes the first one found, and `custom` is the owner's own command. The owner's choice if absent. */
  agent?: AgentName | null
  /** Whether it has a worktree and a branch of its own; needs a git repository with a commit. If absent: true with a `name` or a `branch`, else false. False with a `branch` is refused. */
  isolated?: boolean | null
}

/** The whole conversation as it is at event `seq`. */
export interface State {
  session_id: SessionId
  /** The number of the newest event in it. */
  seq: number
  status: Status
  attention: Attention
  /** A turn runs, or waits and is not held. */
  is_processing: boolean
  /** The agent is starting. */
  is_loading: boolean
  /** The agent needs a login. */
  missing_api_key: boolean
  /** The newest ones. */
  messages: Message[]
  total_messages: number
  plan: PlanEntry[]
  options: AgentOption[]
  /** What the agent asks and nobody has answered yet. */
  permissions: Permission[]
  /** Messages that wait, and can be withdrawn. */
  queue: QueuedMessage[]
  /** A turn was stopped: what waits is sent when the user says so. */
  queue_held: boolean
  /** The turn that runs. */
  running_turn_id: string | null
  summary: ConversationSummary | null
  commands: Command[]
  usage: Usage | null
  /** Null until somebody has spoken in it. */
  session: SessionDescription | null
  /** Damaged lines of the log that could not be read. */
  left_out: number
  agent: StateAgent
}

/** The agent of a session. */
export interface StateAgent {
  name: string
  /** Whether this agent can ask before it acts. */
  asks: boolean
}

/** `idle`: no agent runs for it; nothing was asked yet, or Janus was started again since. `active`: it works. `waiting`: for the user. `error`: the agent failed; ask again. `stopped`: it ended. */
export type Status = 'active' | 'error' | 'idle' | 'stopped' | 'waiting'

/** Anything else; it has only the fields that it tells something in. */
export interface StatusEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
  status?: Status
  /** In words for a person. */
  detail?: string
  /** The agent is starting, or has. */
  loading?: boolean
  turn?: 'started' | 'withdrawn'
  queue_held?: boolean
  agent?: string
  protocol?: AgentProtocol
  /** What the agent calls the conversation. */
  conversation_id?: string
  model?: string
  /** Whether the agent has lost the conversation it had before. Then it is told again what was said. */
  forgotten?: boolean
  session?: SessionDescription
  options?: AgentOption[]
  commands?: Command[]
  usage?: Usage
  /** How the agent's process ended. */
  exit_code?: number | null
  /** What ended the agent's process. */
  signal?: number | string | null
}

/** `end_turn`: the agent was done. `cancelled`: it was stopped. `failed`: an error follows. Others are the agent's own words, such as `max_tokens`, `max_turn_requests` or `refusal`. */
export type StopReason = string

/** The data of every named event of the stream, by its name. */
export interface StreamEvents {
  user_message: UserMessageEvent
  system_message: SystemMessageEvent
  assistant_delta: DeltaEvent
  thought_delta: DeltaEvent
  assistant_message: AssistantMessageEvent
  tool_call: ToolCallEvent
  plan: PlanEvent
  permission_request: PermissionRequestEvent
  permission_resolved: PermissionResolvedEvent
  status: StatusEvent
  error: ErrorEvent
  summary: SummaryEvent
  session_ended: SessionEndedEvent
  ping: PingEvent
}

/** What the conversation was about. */
export interface SummaryEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  content: string
  by_agent: boolean
}

/** A note for the agent. */
export interface SystemBody {
  /** Words, not only spaces and control characters; as long as a body may be. */
  message: string
  /** The session to speak in; one is made, with this id or a new one, if there is none. */
  session_id?: string | null
}

/** The agent was told something that the user did not say. */
export interface SystemMessageEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  id: string
  content: string
}

/** ISO 8601 in UTC, with milliseconds. */
export type Time = string

/** The program, and its token. */
export interface Token {
  device_id: string
  /** As it calls itself: no proof of who it is. */
  name: string
  scope: Scope
  kind: 'page' | 'token'
  created_at: Time
  /** Unused for 90 days, it is forgotten. */
  last_seen: Time
  /** Where it was seen last; null for a token that was not used yet. */
  address: string | null
  /** It is told this once. */
  token: string
}

/** The program that the token is for. */
export interface TokenBody {
  /** What the list of devices will call it; the first 40 characters count. */
  name: string
  /** What it may do: `read` has read-only access. `full` if absent. */
  scope?: Scope | null
}

/** Something the agent does. */
export interface ToolCall {
  id: string
  /** What the agent calls the tool. */
  name: string
  /** As in the Agent Client Protocol. */
  kind: string
  /** In words for a person. */
  title: string
  status: 'cancelled' | 'completed' | 'failed' | 'in_progress' | 'rejected'
  output?: string
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
}

/** The whole call, also when only its status has changed. */
export interface ToolCallEvent {
  id: string
  /** What the agent calls the tool. */
  name: string
  /** As in the Agent Client Protocol. */
  kind: string
  /** In words for a person. */
  title: string
  status: 'cancelled' | 'completed' | 'failed' | 'in_progress' | 'rejected'
  output?: string
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
}

/** How much of its context the agent has used, in tokens. */
export interface Usage {
  used: number
  size: number
  /** What it cost, where the agent tells; may be empty. */
  cost: string
}

/** The user said something. It waits until its turn starts. */
export interface UserMessageEvent {
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id: string | null
  content: string
  message_id: string | null
}

/** Every call: its query, its body, and what it answers. */
export interface Calls {
  /** Pair a page that has a pairing code. */
  'POST /api/pair': {body: PairBody; answer: PairedDevice}
  /** Make a pairing code for another device. */
  'POST /api/pair/new': {body?: NewCodeBody; answer: Invitation}
  /** Make a token for a program. */
  'POST /api/tokens': {body: TokenBody; answer: Token}
  /** Every device and program that has access, the oldest first. */
  'GET /api/devices': {answer: DeviceList}
  /** Revoke the access of a device. */
  'DELETE /api/devices': {query: {device_id: string}; answer: Revoked}
  /** Open a session: in the workspace as it is, or isolated from it. */
  'POST /api/session/start': {body?: StartBody; answer: SessionInfo}
  /** Ask a question and wait for the answer. */
  'POST /api/ask': {query: {session_id: SessionId}; body: AskBody; answer: AskAnswer}
  /** Somebody is still there. */
  'POST /api/heartbeat': {query: {session_id: SessionId}; answer: Heartbeat}
  /** End a session and all its agent started. */
  'POST /api/session/end': {query: {session_id: SessionId}; body?: EndBody; answer: EndedSession}
  /** Start the agent of a session, and wait until it runs. */
  'POST /api/session/resume': {query: {session_id: SessionId}; answer: SessionInfo}
  /** Call a session something else. */
  'POST /api/session/rename': {query: {session_id: SessionId}; body: RenameBody; answer: SessionInfo}
  /** One session, with its conversation. */
  'GET /api/session': {query: {session_id: SessionId}; answer: SessionInfo}
  /** All open sessions, the oldest first. */
  'GET /api/sessions': {answer: SessionList}
  /** Accept a message. */
  'POST /api/chat': {body: ChatBody; answer: State}
  /** The conversation as it is now. */
  'GET /api/state': {query: {session_id: SessionId}; answer: State}
  /** Stop the running turn. */
  'POST /api/interrupt': {body: InterruptBody; answer: State}
  /** A note for the agent, from the page or another program. */
  'POST /api/system': {body: SystemBody; answer: State}
  /** Send the messages that were held when a turn was stopped. */
  'POST /api/queue': {body: QueueBody; answer: State}
  /** Withdraw a message that still waits, or discard all of them. */
  'DELETE /api/queue': {query: {session_id: SessionId; message_id?: string}; answer: State}
  /** Answer what the agent asked. */
  'POST /api/permission': {body: PermissionBody; answer: State}
  /** Choose one of the agent's options: its mode, its model, or what else it offers. */
  'POST /api/options': {body: OptionBody; answer: State}
  /** The conversation as it happens. */
  'GET /api/chat/stream': {query: {session_id: SessionId; last_event_id?: string}; answer: StreamEvents}
  /** Every agent Janus knows, and whether it is on this computer. */
  'GET /api/agents': {answer: AgentList}
  /** Run one of the agent's own commands for MCP servers, in the session's folder. */
  'POST /api/mcp-command': {body: McpBody; answer: McpResult}
  /** Liveness, for programs that only look at the status. */
  'GET /health': {answer: 'OK'}
  /** What works, and what does not. */
  'GET /api/health': {answer: Health}
  /** This description. */
  'GET /api/openapi.json': {answer: OpenApi}
}

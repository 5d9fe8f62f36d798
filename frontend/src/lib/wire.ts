/**
 * What goes over the wire: every request, answer and event of the stream. Written by `make api`
 * from what the server declares; do not change it here.
 */

/** Which conversation to continue here. */
export interface AdoptBody {
  agent: AgentName
  conversation_id: string
  /** The project in whose folder it was begun; the first one if absent. */
  project_id?: string | null
}

/** A conversation in the store of an agent, which was not begun in Janus. */
export interface AgentConversation {
  agent: AgentName
  conversation_id: string
  /** Its name or its first words; may be empty. */
  title: string
  updated_at: Time
  /** Whether another program works on it now: then it cannot be continued here. */
  running: boolean
  /** Which program that is; null if none is. */
  driver: string | null
}

/** An agent that Janus knows, and whether it is on this computer. */
export interface AgentInfo {
  name: string
  /** Its name for a person. */
  label: string
  available: boolean
  version: string | null
  protocol: AgentProtocol | null
  /** What is wrong with it: it is slow, does not work, or lacks its adapter. */
  problem: string | null
  /** How to install it. */
  install: string
  /** How to log in. */
  login: string
  /** What it lets its user choose, as it was when it ran last; empty before it ever ran. */
  options: OfferedOption[]
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

/** How much changed. */
export interface Amount {
  files: number
  /** Lines that came, and lines that went; only files of text have some. */
  added: number
  removed: number
}

/** A tap on *Allow once* or *Deny* in a notification. */
export interface AnswerBody {
  /** As it came with the notification, as the `digest`: nobody else knows it. */
  push_id: string
  /** Of the question that the notification showed. */
  digest: string
  decision: 'allow' | 'deny'
}

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
  /** Files that go with it, which `POST /api/attachments` has taken whole. */
  attachments?: string[] | null
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

/** A file that went with a message; `GET /api/attachment` has it. */
export interface Attachment {
  attachment_id: string
  name: string
  /** In bytes. */
  size: number
  /** As its bytes say; a picture was made acceptable, and may be of another kind than was sent. */
  media_type: string
  /** Of a picture, in pixels. */
  width?: number
  height?: number
}

/** Why somebody should look. */
export type Attention = 'error' | 'permission' | 'question' | null

/** Where a session's branch can be merged to. */
export interface Branches {
  session_id: SessionId
  /** Local branches without its own: that of the workspace first, then those committed to last. */
  branches: string[]
}

/** A file that changed. */
export interface ChangedFile {
  path: string
  /** What it was called, if it has another name now. */
  old_path: string | null
  status: 'added' | 'deleted' | 'modified' | 'renamed' | 'type'
  /** Lines; null where they are not counted: in what is binary or large. */
  added: number | null
  removed: number | null
  binary: boolean
  /** Over 1 MiB, before or after: its lines are not compared. */
  large: boolean
  /** What it is now, and was; empty where it is or was not there. */
  kind: '' | 'executable' | 'file' | 'link' | 'repository'
  old_kind: '' | 'executable' | 'file' | 'link' | 'repository'
  /** Bytes, now and before. */
  size: number
  old_size: number
  /** The ids of what is in it, now and before; empty where it is or was not there. */
  blob: string
  old_blob: string
  by: 'agent' | 'both' | 'you' | null
}

/** How one file changed. */
export interface ChangedLines {
  session_id: SessionId
  path: string
  file: ChangedFile
  tree: string
  hunks: Hunk[]
  binary: boolean
  /** More than 5,000 lines changed, or are around: these are the first. */
  truncated: boolean
  /** Whether all of it is UTF-8; what is not is shown as U+FFFD. */
  is_text: boolean
  /** Where it is less than it seems, such as `Only line ends changed.`; or empty. */
  remark: string
  /** The picture it was, and is, where it was or is one of 5 MB at most. */
  before?: ChangedPicture
  after?: ChangedPicture
}

/** A picture that a file was, or is. */
export interface ChangedPicture {
  media_type: 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp'
  /** Its bytes, as base64. */
  data: string
}

/** What changed. */
export interface ChangesReply {
  session_id: SessionId
  /** Where the session, the turn or the commit began, and where it is: commits. */
  base: string
  head: string
  /** What is checked out; empty if no branch is. */
  branch: string
  /** Commits since the session began, and commits of then that are not there any more. */
  ahead: number
  behind: number
  tree: string
  files: ChangedFile[]
  /** How many files changed: at most 10,000 are listed. */
  total: number
  /** So many files are new that nobody looked for what they were called before. */
  renames_cut: boolean
  /** Files that were not committed when the session began, and that no agent has touched since. */
  yours: string[]
  left_out: LeftOut[]
  /** Repositories inside of it, submodules too: what is in them is not looked at. */
  not_inside: string[]
}

/** A message. */
export interface ChatBody {
  /** Words, not only spaces and control characters; as long as a body may be. */
  message: string
  /** The session to speak in; one is made, with this id or a new one, if there is none. */
  session_id?: string | null
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
  /** It was spoken, and the answer will be heard: a session that begins like this tells its agent. */
  voice?: boolean | null
  /** Files that go with it, which `POST /api/attachments` has taken whole. */
  attachments?: string[] | null
}

/** A check of a pull request. */
export interface Check {
  name: string
  state: string
}

/** A slash command that the agent knows. */
export interface Command {
  name: string
  description: string
  /** What to write after it; may be empty. */
  hint: string
}

/** A comment on lines of a changed file. */
export interface CommentBody {
  session_id: SessionId
  /** The client's own, a UUID say: with the same one the comment is replaced. */
  comment_id: string
  path: string
  /** `old`: on lines that were removed. `new`: on those that are there now. */
  side: 'new' | 'old'
  start: number
  /** The last line: `start`, or one after it. */
  end: number
  /** As in `GET /api/changes`: what was in the file on that side. */
  blob: string
  /** The lines themselves. */
  quote: string
  text: string
}

/** What to commit. */
export interface CommitBody {
  session_id: SessionId
  /** What was shown by `dry_run`; needed without it. */
  tree?: string | null
  /** Only tell what would be done. */
  dry_run?: boolean | null
  /** Made from the session if absent. */
  message?: string | null
  /** These files only. Else all, or where the session has no worktree of its own, those that its agent changed. */
  paths?: string[] | null
}

/** What was committed, or would be. */
export interface CommitReply {
  session_id: SessionId
  dry_run: boolean
  tree: string
  /** The branch that is checked out; empty if none is. */
  branch: string
  /** The message, yours or one made from the session. */
  message: string
  files: string[]
  /** Empty with `dry_run`. */
  commit: string
  /** What git and the hooks said. */
  output: string
  /** Files that a hook made others than they were. */
  rewritten: string[]
  /** What else there is to say, such as that a hook did not end: the commit was made all the same. */
  told: string[]
  undo_id: string | null
}

/** What the agent was told ahead of the user's first words; `GET /api/memory/context` has it. */
export interface ContextGiven {
  bytes: number
  /** From where it is, in a few words each. */
  sources: string[]
}

/** Which session to continue, and where. */
export interface ContinueBody {
  /** Of a machine that is away. */
  session_id: SessionId
  /** The client's own id for the new one: sent again, it is the same session. A new one if absent. */
  new_id?: SessionId | null
  /** The machine to go on with, as in `/api/fleet`; this one if absent. */
  machine?: string | null
  /** A project there; if absent one of the same name, or the first. */
  project_id?: string | null
}

/** The conversations of a project, the newest first. */
export interface ConversationList {
  conversations: AgentConversation[]
  /** What could not be read, a sentence each: then there may be more conversations. */
  problems: string[]
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

/** The session is forgotten. */
export interface Deleted {
  session_id: SessionId
  deleted: true
  /** What Janus cannot delete: the agent's own copy of the conversation. Null if there is none. */
  kept_by_agent: string | null
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

/** All sessions at once. Go through them in this order. */
export interface DigestAnswer {
  /** To be spoken: at most 50 words, which takes 20 seconds. */
  text: string
  /** Those whose agent asks something; permissions first. */
  needs: SessionInfo[]
  /** Those whose agent has answered, the newest first. */
  finished: SessionInfo[]
  /** Those that cannot go on by themselves. */
  failed: SessionInfo[]
  /** How many agents are at work. */
  working: number
}

/** What to discard. */
export interface DiscardBody {
  session_id: SessionId
  /** What was shown by `dry_run`; needed without it. */
  tree?: string | null
  /** Only tell what would be done. */
  dry_run?: boolean | null
  /** These files only; else as for a commit. */
  paths?: string[] | null
}

/** What was discarded, or would be. */
export interface DiscardReply {
  session_id: SessionId
  dry_run: boolean
  tree: string
  files: string[]
  undo_id: string | null
}

/** How to end a session. */
export interface EndBody {
  /** False: do not ask the agent for a summary. */
  summary?: boolean | null
  /** True: remove its worktree too. If work would be lost, that is refused, and the session has not ended. */
  cleanup?: boolean | null
  /** True: with `cleanup`, remove the worktree with the work in it. */
  force?: boolean | null
  /** True: with `cleanup`, delete its branch too, if Janus made it and others have all of it. */
  branch?: boolean | null
  /** True: it ends to make room for another, which lists say. */
  make_room?: boolean | null
}

/** Why a session ended. */
export type EndReason = 'crashed' | 'ended' | 'idle' | 'limit'

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
  /** Its worktree; null if it had none or it was removed, but for what came in at the very end. */
  worktree_path: string | null
  /** Whether the branch was deleted too. */
  branch_deleted: boolean
  /** With `cleanup`, on what ground its branch is in another one, where its commits are not. */
  landed: string
}

/** A voice engine of Janus. */
export interface Engine {
  name: string
  /** What it is given leaves this computer. */
  leaves: boolean
}

/** A machine that has a code, and the public key that is its own here. */
export interface EnterBody {
  /** The secret part of the code. */
  code: string
  machine_id: string
  name: string
  key: string
}

/** What the new member has to know. */
export interface EnteredDoorway {
  id: string
  name: string
  urls: string[]
  scope: 'full' | 'read' | 'relay'
  /** What it is called here: another machine may have had its name. */
  known_as: string
}

/** The body of every failure. */
export interface ErrorBody {
  error: Failure
  /** As in `X-Request-ID`. */
  request_id: string
}

/** What programs look at. */
export type ErrorCode = 'INTERNAL_ERROR' | 'INVALID_REQUEST' | 'INVALID_SESSION_ID' | 'INVALID_NAME' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'UNAUTHORIZED' | 'FORBIDDEN' | 'NOT_FOUND' | 'SESSION_NOT_FOUND' | 'MESSAGE_NOT_FOUND' | 'PERMISSION_NOT_FOUND' | 'SESSION_BUSY' | 'SESSION_EXISTS' | 'MAX_SESSIONS' | 'PROJECT_MOVED' | 'ALREADY_ANSWERED' | 'BRANCH_IN_USE' | 'WORKTREE_DIRTY' | 'WORKTREE_GONE' | 'TOO_MANY_DEVICES' | 'CHANGED_MEANWHILE' | 'MERGE_CONFLICT' | 'VOICE_FAILED' | 'CONSENT_UNCLEAR' | 'FLEET_FAILED' | 'QUEUE_FULL' | 'RATE_LIMITED' | 'AGENT_FAILED' | 'AGENT_NOT_FOUND' | 'AGENT_LOGIN_REQUIRED' | 'AGENT_RATE_LIMITED' | 'GIT_FAILED' | 'SERVER_STOPPING' | 'TOO_MANY_STREAMS' | 'SEARCH_UNAVAILABLE' | 'MACHINE_AWAY' | 'ASK_TIMEOUT' | 'STORAGE_FAILED' | 'METHOD_NOT_ALLOWED'

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
  /** When the agent's limit is reset, if it says so exactly. */
  resets_at?: Time
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
  /** The open sessions, of which one has to end first; the one not used for longest comes first. */
  sessions?: Record<string, string>[]
  /** The session that has the conversation. */
  session_id?: string
  /** The other program that works on it, and its process. */
  program?: string
  pid?: number
  /** The project that the folder was, and where. */
  project_id?: string
  path?: string
  /** The worktree that is gone, and its branch, if that is left. */
  worktree_path?: string
  branch?: string | null
  /** The agent's last words on its terminal. */
  output?: string
  /** The agent died again and again, and is not started for so long, unless the session is resumed. */
  retry_seconds?: number
  /** When the agent's limit is reset, if it says so. */
  resets_at?: Time
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
  /** Whether the worktree has submodules with changes or commits that may be nowhere else. */
  submodules?: boolean
  /** Other repositories and worktrees in the worktree, by their paths in it. */
  repositories?: string[]
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

/** What is in a file. */
export interface File {
  session_id: SessionId
  path: string
  /** Of a `link` the text is where it leads: it is not followed. */
  kind: 'binary' | 'image' | 'link' | 'text'
  size: number
  /** Of a text, the first MiB of it; what is not UTF-8 is shown as U+FFFD. */
  text: string
  /** What it is written in, for colours; empty where nobody knows. */
  language: string
  /** There is more of it. */
  truncated: boolean
  /** Of an image, which is at most 5 MiB large. */
  media_type?: string
  /** As base64. */
  data?: string
}

/** How a tool changes a file. */
export interface FileChange {
  path: string
  /** The lines that change, with some around them, each behind its sign: a space, `-` or `+`. */
  hunks: string[][]
  /** How many lines more there are than are told. */
  left_out: number
}

/** Paths in the session's folder, those that fit best first. */
export interface Files {
  session_id: SessionId
  paths: string[]
}

export type FilledIn = string | number | boolean | string[]

/** A code, and what it lets in. */
export interface FleetCode {
  /** For `janus fleet join`: good once, and for five minutes. */
  code: string
  scope: 'full' | 'read' | 'relay'
}

/** A machine that others dial, where this one is a member. */
export interface FleetDoorway {
  machine_id: string
  name: string
  /** Where its Janus is. */
  page: string
  /** Where its server is dialled, the best first. */
  urls: string[]
  scope: 'full' | 'read' | 'relay'
  /** Whether it is this machine itself. */
  own: boolean
}

/** This machine in its fleet. */
export interface FleetState {
  /** Null where it is in none. */
  machine_id: string | null
  name: string | null
  doorways: FleetDoorway[]
  /** Those that dial this doorway, the oldest first; none where it is no doorway. */
  machines: Machine[]
  /** Why this doorway is closed, or will be before long; null while all is well. */
  problem: string | null
}

/** A folder, and those in it. */
export interface Folders {
  /** Absent at the top. */
  path?: string
  /** The one around it, if that may be looked into. */
  parent?: string
  folders: Subfolder[]
}

/** What the agent of a session was told ahead of the user's first words. */
export interface GivenContext {
  session_id: SessionId
  /** When it was. */
  at: Time
  bytes: number
  /** From where it is, in a few words each. */
  sources: string[]
  /** All of it, as the agent got it. */
  text: string
}

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

/** The index that searches use. */
export interface HistoryIndex {
  /** How many conversations are still to be read. */
  pending: number
  /** Why not everything can be found, for the owner; null if all is well. */
  problem: string | null
}

/** Something that was found. */
export interface Hit {
  session_id: SessionId
  /** The name of the session; without one its first words. */
  title: string
  /** What was found: words of the user or the agent, a summary, or the name of the session. */
  role: 'assistant' | 'summary' | 'title' | 'user'
  /** The `id` of the message in the state of the conversation; null if it is no message. */
  message_id: string | null
  timestamp: Time
  /** The piece around it, on one line: text, never HTML. */
  snippet: string
  /** Where in it something was found: pairs of `[start, end]`, in characters (code points). */
  marks: number[][]
}

/** What was found: names of sessions first, then the newest words. */
export interface Hits {
  hits: Hit[]
  /** How many conversations are still to be read: they may have more. */
  pending: number
}

/** Lines that follow each other. */
export interface Hunk {
  /** The function they are in, where git can tell. */
  header: string
  old_start: number
  new_start: number
  lines: Line[]
}

/** A picture. */
export interface ImageAnswer {
  session_id: SessionId
  image_id: string
  media_type: 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp'
  /** Its bytes, as base64. */
  data: string
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
  /** The same as a picture, a QR code: its rows of squares, `1` for a dark one. It has no border; readers want four squares of white around it. */
  qr: string[]
  expires_at: Time
  /** Where a phone learns to trust the certificate of this Janus; null if there is nothing to learn. */
  setup_url: string | null
  /** The words for that certificate, to compare with those at `setup_url`. */
  words: string | null
  /** The SHA-256 fingerprint of that certificate, to compare with what the phone shows of it. */
  fingerprint: string | null
  /** Why no phone can reach this Janus, and what to do; null if phones can. */
  unreachable: string | null
  /** As `url`, but by a name that stays the same when the address of the computer changes; not every network knows it. Null if there is none. */
  name_url: string | null
}

/** What the machine that joins may do, and what this one is called. */
export interface InviteBody {
  scope?: 'full' | 'read' | 'relay' | null
  /** What other machines call this one; absent, what it calls itself. */
  name?: string | null
  /** Whether it becomes a doorway although it is a member elsewhere. */
  also?: boolean | null
}

/** A code, and what this machine is called. */
export interface JoinBody {
  code: string
  name?: string | null
  /** Whether it is a further doorway of this machine. */
  also?: boolean | null
}

/** The keys of a browser's subscription. */
export interface Keys {
  p256dh: string
  auth: string
}

/** A machine that leaves. */
export interface LeftBody {
  machine_id: string
  /** Its signature of that. */
  proof: string
}

/** A doorway where this machine is no member any more. */
export interface LeftDoorway {
  name: string
  /** Why it does not know yet: there, the machine has to be revoked. Null where it does. */
  untold: string | null
}

/** The doorways that were left. */
export interface LeftFleet {
  left: LeftDoorway[]
}

/** It is no member any more. */
export interface LeftMachine {
  machine_id: string
}

/** A file that is not looked at, and that an undo does not touch. */
export interface LeftOut {
  path: string
  why: string
}

/** A line of a file. */
export interface Line {
  kind: 'added' | 'context' | 'removed'
  /** Its number before, and now; null where it was not, or is not there. */
  old: number | null
  new: number | null
  text: string
  /** The words that changed in it, each from and to, in characters. */
  marks?: number[][]
  /** It is longer: only its first 2,000 characters are told. */
  cut?: boolean
  /** The file ends with it, and without a line end. */
  no_newline?: boolean
}

/** A machine that may dial this doorway. */
export interface Machine {
  machine_id: string
  name: string
  scope: 'full' | 'read' | 'relay'
  joined_at: Time
  /** Whether its Janus is there now. */
  online: boolean
  /** When it was there last; null while it is, or if it never was. */
  asleep_since: Time | null
  /** The version of its Janus, its agent, and how many processes want to run on each core, as it said last. */
  version: string
  agents: string[]
  load: number
  open_sessions: number
  /** Why what is said to it has to wait, as it said last: a project whose folder is away, say. */
  problem: string | null
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

/** What a new session is told of earlier ones, as far as there is room. */
export interface Memory {
  /** The project it is in. */
  project_id: string
  /** The newest first, 100 at most. */
  lines: MemoryLine[]
}

/** What a session left. */
export interface MemoryLine {
  session_id: SessionId
  /** When something was last said in it. */
  at: Time
  /** The name of the session; without one its first words. */
  title: string
  branch?: string
  /** How its last turn ended; `unfinished` if it left something open. */
  outcome: 'cut off' | 'done' | 'ended' | 'failed' | 'open' | 'stopped' | 'unfinished'
  /** What is left to be done: steps of its plan, messages that nobody has answered. */
  open_ends: string[]
}

/** What to merge into which branch. */
export interface MergeBody {
  session_id: SessionId
  /** What was shown by `dry_run`; needed without it. */
  tree?: string | null
  /** Only tell what would be done. */
  dry_run?: boolean | null
  /** The branch that the workspace itself is on, if absent. */
  into?: string | null
  message?: string | null
  /** As one commit, without the history of the branch. */
  squash?: boolean | null
}

/** What was merged, or would be. */
export interface MergeReply {
  session_id: SessionId
  dry_run: boolean
  /** What the branch has then: send it along with the yes. */
  tree: string
  into: string
  /** Commits: what is merged, and where the other branch is. */
  source: string
  target: string
  /** Files that both sides changed in the same places: then it cannot be merged. */
  conflicts: string[]
  fast_forward: boolean
  /** How many commits are new in the other branch. */
  commits: number
  /** Files of the other branch that change, at most 10,000. */
  files: string[]
  /** On what ground all of it is in the other branch already, in words; empty where it is not, or where nothing was merged yet. */
  landed: string
  /** Where the other branch is then; empty with `dry_run`. */
  commit: string
  /** What is to be known, in sentences. */
  told: string[]
  undo_id: string | null
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
  /** What the agent thought before it answered, where it tells: the beginning. */
  thoughts?: string
  /** How long its turn took, once that is over. */
  seconds?: number
  /** How much its turn changed, where snapshots were taken. */
  changed?: Amount
  /** Files that went with it. */
  attachments?: Attachment[]
}

/** Messages with all their steps, the oldest first. */
export interface Messages {
  session_id: SessionId
  messages: Message[]
  /** What to send as `before` for those before these; absent where there are none. */
  next?: string
}

/** What the device that is paired with the code may do. */
export interface NewCodeBody {
  /** What it may do: `read` has read-only access. `full` if absent. */
  scope?: Scope | null
}

/** Something the agent lets its user choose before a session begins: its mode, its model. */
export interface OfferedOption {
  id: string
  name: string
  category: string
  choices: OptionChoice[]
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

/** When the owner was last told something of the session, while no page was in front. */
export interface OwnerTold {
  at: Time
  /** The last way that was tried: a notification, `ntfy`, or a notification once more. */
  way: 'again' | 'ntfy' | 'push'
  /** When a phone said that it shows it. */
  arrived_at: Time | null
  /** When it was tapped, the session opened, or the question answered. */
  seen_at: Time | null
  /** Nobody saw it, whatever was tried. */
  unseen: boolean
}

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
  /** All that was heard, if the answer was spoken. It allows nothing unless it is a whole phrase such as "allow it once". */
  spoken?: string | null
  /** With `spoken`: the `digest` of what was read out before. */
  digest?: string | null
  /** With `spoken`, where Janus has an engine that hears: what that has heard, as `POST /api/transcribe` called it. It must be a yes, too, and counts for one answer. */
  transcript_id?: string | null
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

/** A folder that Janus serves. */
export interface Project {
  /** The project it is in. */
  project_id: string
  name: string
  path: string
  /** The branch that is checked out; null where there is none. */
  branch: string | null
  /** Files that are not committed; null where git does not tell. */
  changed_files: number | null
  open_sessions: number
  /** How many of its sessions need their user. */
  needs: number
  /** Why nothing can be done in it now, or what else its owner should know. */
  problem: string | null
}

/** Which folder to serve. */
export interface ProjectBody {
  /** Its whole path. */
  path: string
  /** What it is called; its own name if absent. */
  name?: string | null
  /** A project that has moved there, with all its conversations. */
  project_id?: string | null
  /** True: a new project, although the folder was another one before; the answer to PROJECT_MOVED where its conversations shall stay behind. */
  new?: boolean | null
}

/** All projects, those named at the start first. */
export interface ProjectsList {
  projects: Project[]
}

/** What to ask for. */
export interface PullRequestBody {
  session_id: SessionId
  /** The branch that the workspace itself is on, if absent. */
  into?: string | null
  /** The title; made from the session if absent. */
  title?: string | null
  /** The text below it. */
  message?: string | null
}

/** The pull request, or where it is opened. */
export interface PullRequestReply {
  session_id: SessionId
  /** Its page; where neither gh nor glab is installed, the page to open it on; or empty. */
  url: string
  /** Such as `open`; empty where it is still to be opened. */
  state: string
  checks: Check[]
  branch: string
  remote: string
}

/** Whose branch to push. */
export interface PushBody {
  session_id: SessionId
  /** Only tell what would be done. */
  dry_run?: boolean | null
}

/** What was pushed, or would be. It cannot be undone. */
export interface PushReply {
  session_id: SessionId
  dry_run: boolean
  remote: string
  branch: string
  commit: string
  /** How many commits the remote did not have. */
  commits: number
  /** The page of the remote, and where a pull request is opened there; empty where nobody knows. */
  url: string
  compare: string
  /** `current`: it had all of it. Empty with `dry_run`. */
  state: '' | 'current' | 'forced' | 'new' | 'pushed'
  output: string
}

/** What there is to know of notifications on the device that asks. */
export interface PushState {
  /** What a browser subscribes with. */
  public_key: string
  /** The address of the owner that the services of browsers are told; may be empty. */
  contact: string
  /** Whether this device has subscribed. */
  subscribed: boolean
  /** What it subscribed to: compare it with what the browser has; null if it has not. */
  endpoint: string | null
  /** Why it is told nothing although it has subscribed, or null. */
  problem: string | null
  quiet: QuietReply | null
  /** Whether the last test has arrived; null if none was sent by this run of Janus. */
  tested: boolean | null
  /** Whether what nobody sees is told to an ntfy topic as well. */
  ntfy: boolean
}

/** What became of a test. */
export interface PushTest {
  push_id: string
  /** Whether the push service took it; the device may show it a moment later. */
  taken: boolean
  /** What the service said, or why it was not reached. */
  words: string
  /** The HTTP status of its answer; 0 if there was none. */
  status: number
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
  attachments?: Attachment[]
}

/** Hours in which a device is not to be called; they may go over midnight. */
export interface Quiet {
  start: string
  end: string
  /** The name of the time zone of both. */
  zone: string
}

/** Hours in which a device is not called. */
export interface QuietReply {
  start: string
  end: string
  zone: string
}

/** What was found, for an agent to read. */
export interface Recalled {
  text: string
}

/** It is noted. */
export interface ReceiptAnswer {
  push_id: string
  outcome: 'arrived' | 'seen'
}

/** What became of a notification. */
export interface ReceiptBody {
  /** As it came with the notification: nobody else knows it. */
  push_id: string
  /** `arrived`: it is shown. `seen`: it was tapped. */
  outcome: 'arrived' | 'seen'
}

/** It is served no more. Its conversations are kept, for when it is added again. */
export interface Removed {
  /** The project it is in. */
  project_id: string
  removed: true
}

/** The file is gone. */
export interface RemovedAttachment {
  session_id: SessionId
  attachment_id: string
}

/** What to call a session. */
export interface RenameBody {
  /** What a session is called later, by its owner. */
  name: string
}

/** Which conflicts the agent is asked to resolve. */
export interface ResolveBody {
  session_id: SessionId
  /** The branch that the workspace itself is on, if absent. */
  into?: string | null
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
}

/** A comment that waits. */
export interface ReviewComment {
  comment_id: string
  path: string
  /** `old`: on lines that were removed. `new`: on those that are there now. */
  side: 'new' | 'old'
  start: number
  end: number
  /** What was in the file on that side. */
  blob: string
  quote: string
  text: string
  /** When it happened. */
  at: Time
  /** The file is another one by now: the lines may be elsewhere, or gone. */
  stale: boolean
}

/** The comments that wait, the oldest first, and the changes that were looked at. */
export interface ReviewReply {
  session_id: SessionId
  comments: ReviewComment[]
  viewed: ViewedChange[]
}

/** They have no access any more. */
export interface Revoked {
  /** How many. */
  revoked: number
}

/** A message, and when to send it: either `at`, or `after_limit`. */
export interface ScheduleBody {
  session_id: SessionId
  /** Words, not only spaces and control characters; as long as a body may be. */
  message: string
  /** Within a year. */
  at?: Time | null
  /** When the agent's limit is reset: `limit_resets_at` in the state. */
  after_limit?: boolean | null
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
  /** Files that go with it, which `POST /api/attachments` has taken whole. */
  attachments?: string[] | null
}

/** A message that is sent later. */
export interface ScheduledMessage {
  /** The message has it when it is sent. */
  message_id: string
  content: string
  /** When it is sent. */
  at: Time
  /** It was to wait for the agent's limit. */
  after_limit: boolean
  /** Janus did not run then. It is sent when the user says so, by `POST /api/chat` with this `message_id`, or taken back. */
  missed: boolean
  attachments?: Attachment[]
}

/** What a device may do: `read` has read-only access. */
export type Scope = 'full' | 'read'

/** What to send. */
export interface SendBody {
  session_id: SessionId
  comment_ids: string[]
  /** What to say ahead of them. */
  message?: string | null
  /** The client's own id of what it says, a UUID say: sent again, it is the same message, and accepted once. */
  message_id?: string | null
}

/** What a session is, whatever happens in it. */
export interface SessionDescription {
  name: string | null
  agent: string
  branch: string | null
  worktree_path: string | null
  created_at: Time
  /** Its first words, for where it has no name; only in the state, as all that follow are. */
  title?: string
  /** What the agent calls the conversation, if it does. */
  agent_title?: string
  /** The project it is in. */
  project_id?: string
  project?: string
  /** When it ended, and why, if it did. */
  ended_at?: Time
  end_reason?: EndReason
  /** What its agent was told to begin with, if anything. */
  context?: ContextGiven
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
  /** The project it is in. */
  project_id: string
  /** What its project is called. */
  project: string
  /** Its first words, for where it has no name; empty until something was said. */
  title: string
  /** The beginning of its newest words. */
  preview: string
  /** How much the files changed since it began; null while nobody knows. */
  changed: Amount | null
  /** What goes on with it in a terminal; null if its agent has no such command, or was not asked anything yet. */
  resume_command: string | null
  /** What its agent asks now, in the list of open sessions; absent where that is nothing, or too much for a list: then it is in the state. */
  permissions?: Permission[]
  /** The machine that has it, as in `/api/fleet`; absent where that is this one. */
  machine?: string
  /** When it ended; absent while it is open, as the next two are. */
  ended_at?: Time
  /** `ended` by its owner, `idle` for too long, `crashed` and not used any more, or to make room under the `limit`. */
  end_reason?: EndReason
  /** What it was about, if anything was said. */
  summary?: string | null
  /** Only where one session is asked for. */
  conversation?: ConversationMessage[]
}

/** Sessions. */
export interface SessionList {
  sessions: SessionInfo[]
  /** What to send as `before` for the next page; absent on the last. */
  next?: string
}

/** What to say. */
export interface SpeakBody {
  text: string
  language?: string | null
}

/** A question that may be answered by voice. */
export interface SpokenQuestion {
  session_id: SessionId
  request_id: string
  /** What to read out, to its end. */
  words: string
  /** The answer that a spoken yes gives. */
  option_id: string
  /** To be sent with what was heard. */
  digest: string
}

/** What kind of session to start. */
export interface StartBody {
  /** The client's own id for it, a UUID say: sent again, it is the same session. A new one if absent. */
  session_id?: SessionId | null
  /** The project to start it in; the first one if absent. */
  project_id?: string | null
  /** The machine to start it on, as in `/api/fleet`; this one if absent. */
  machine?: string | null
  /** What it is called; several may be called the same. An isolated session without one is called after its branch, or the day: `feature-2027-01-15-001`. */
  name?: string | null
  /** A local branch that is there and checked out nowhere. A new one if absent: `feature/<name>`, or `feature/<name>-2` where that is taken. */
  branch?: string | null
  /** The name of an agent, as in `/api/agents`, or one of its aliases; `auto` takes the first one found, and `custom` is the owner's own command. The owner's choice if absent. */
  agent?: AgentName | null
  /** Whether it has a worktree and a branch of its own; needs a git repository with a commit. If absent: true with a `name` or a `branch`, else false. False with a `branch` is refused. */
  isolated?: boolean | null
  /** What to choose of the agent's options, as in `/api/agents`: the value of each, by its id. What it does not offer any more is told in the conversation. */
  options?: Record<string, string> | null
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
  /** Messages that are sent later. */
  scheduled: ScheduledMessage[]
  /** When the agent's limit is reset that the last turn met; null if it did not say so exactly. */
  limit_resets_at: Time | null
  /** The turn that runs. */
  running_turn_id: string | null
  summary: ConversationSummary | null
  commands: Command[]
  usage: Usage | null
  /** Null unless the owner was told something. */
  told: OwnerTold | null
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
  context?: ContextGiven
  /** What the agent calls the conversation. */
  title?: string
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

/** No new session is told of this one any more. */
export interface Struck {
  session_id: SessionId
  struck: true
}

/** A folder in it. */
export interface Subfolder {
  name: string
  path: string
  /** Whether it is a checkout of git. */
  is_repository: boolean
}

/** What a browser gave the page when it subscribed. */
export interface SubscriptionBody {
  endpoint: string
  keys: Keys
  /** An address of the owner, which the services of browsers ask for; needed once. */
  contact?: string | null
  quiet?: Quiet | null
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

/** The agent was told something that the user did not say, or the user by Janus. */
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

/** The question was answered. */
export interface TapAnswer {
  session_id: SessionId
  request_id: string
  decision: 'allow' | 'deny'
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
  /** The ids of pictures it put out: `GET /api/image` has them. */
  images?: string[]
  /** How it changes files, where the agent tells. */
  changes?: FileChange[]
  /** How long it took, once it is over; only in the state. */
  seconds?: number
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
  /** The ids of pictures it put out: `GET /api/image` has them. */
  images?: string[]
  /** How it changes files, where the agent tells. */
  changes?: FileChange[]
  /** How long it took, once it is over; only in the state. */
  seconds?: number
  /** What the message, its answer and all in between have in common; null outside of a turn. */
  turn_id?: string | null
  /** Its number, which is its `id` too. */
  seq: number
  /** When it happened. */
  at: Time
}

/** What was heard. */
export interface Transcript {
  /** For `POST /api/permission`. */
  transcript_id: string
  /** Empty where nobody speaks. */
  text: string
}

/** What to undo: a turn, or what has an `undo_id`. */
export interface UndoBody {
  session_id: SessionId
  turn_id?: string | null
  undo_id?: string | null
  /** Of these files only. Else all that it changed, as long as nobody changed them since. */
  paths?: string[] | null
  /** What was looked at: refused if one of the files is another one by now. */
  tree?: string | null
  /** Only tell what would be done. */
  dry_run?: boolean | null
}

/** What was undone, or would be. */
export interface UndoReply {
  session_id: SessionId
  dry_run: boolean
  tree: string
  files: UndoneFile[]
  /** What does not come back, in sentences. */
  told: string[]
  /** Undoes this undo; null where nothing was done. */
  undo_id: string | null
}

/** What becomes of a file. */
export interface UndoneFile {
  path: string
  status: 'added' | 'deleted' | 'modified'
  /** Why it stays as it is; empty if it does not. */
  kept: string
}

/** What is there of the file. */
export interface Uploaded {
  attachment_id: string
  name: string
  /** In bytes. */
  size: number
  /** As its bytes say; a picture was made acceptable, and may be of another kind than was sent. */
  media_type: string
  /** Of a picture, in pixels. */
  width?: number
  height?: number
  session_id: SessionId
  /** Bytes that have arrived: go on from here. */
  received: number
  /** All of it is there, and a message can name it. */
  complete: boolean
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
  attachments?: Attachment[]
}

/** A change that was looked at, or was not. */
export interface ViewedBody {
  session_id: SessionId
  path: string
  /** As in `GET /api/changes`. */
  old_blob: string
  blob: string
  viewed?: boolean | null
}

/** A change of a file that was looked at. */
export interface ViewedChange {
  path: string
  old_blob: string
  blob: string
}

/** The engines there are. Without one, the browser's own does it. */
export interface VoiceState {
  transcribe: Engine | null
  speak: Engine | null
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
  'POST /api/session/resume': {query: {session_id: SessionId; anew?: boolean}; answer: SessionInfo}
  /** Call a session something else. Its branch and its worktree stay as they are. */
  'POST /api/session/rename': {query: {session_id: SessionId}; body: RenameBody; answer: SessionInfo}
  /** One session, with its conversation. */
  'GET /api/session': {query: {session_id: SessionId}; answer: SessionInfo}
  /** Forget a session that ended, for good: its conversation, its summaries, its worktree. */
  'DELETE /api/session': {query: {session_id: SessionId}; answer: Deleted}
  /** Continue a session of a machine that is away in a new one, on another machine. */
  'POST /api/session/continue': {body: ContinueBody; answer: SessionInfo}
  /** The open sessions, the oldest first, or those that ended; also those of other machines. */
  'GET /api/sessions': {query: {ended?: boolean; project_id?: string; limit?: number; before?: string; id?: string}; answer: SessionList}
  /** Older messages than the state has, also of a session that ended. */
  'GET /api/messages': {query: {session_id: SessionId; before?: string; limit?: number}; answer: Messages}
  /** The whole conversation as a file, in Markdown or JSON. */
  'GET /api/session/transcript': {query: {session_id: SessionId; format?: 'json' | 'md'}; answer: unknown}
  /** Accept a message. */
  'POST /api/chat': {body: ChatBody; answer: State}
  /** The conversation as it is now. */
  'GET /api/state': {query: {session_id: SessionId}; answer: State}
  /** A picture that the agent has shown; its id stands for its bytes, and never for others. */
  'GET /api/image': {query: {session_id: SessionId; image_id: string}; answer: ImageAnswer}
  /** Stop the running turn. */
  'POST /api/interrupt': {body: InterruptBody; answer: State}
  /** A note for the agent, from the page or another program. */
  'POST /api/system': {body: SystemBody; answer: State}
  /** Send the messages that were held when a turn was stopped. */
  'POST /api/queue': {body: QueueBody; answer: State}
  /** Withdraw a message that still waits, or discard all of them. */
  'DELETE /api/queue': {query: {session_id: SessionId; message_id?: string}; answer: State}
  /** Choose one of the agent's options: its mode, its model, or what else it offers. */
  'POST /api/options': {body: OptionBody; answer: State}
  /** The conversation as it happens. */
  'GET /api/chat/stream': {query: {session_id: SessionId; last_event_id?: string}; answer: StreamEvents}
  /** Take a file, or a piece of one, to go with a message of this session. */
  'POST /api/attachments': {query: {session_id: SessionId; name: string; attachment_id?: string; size?: number; offset?: number}; body: Blob; answer: Uploaded}
  /** Forget a file that goes with no message after all. */
  'DELETE /api/attachments': {query: {session_id: SessionId; attachment_id: string}; answer: RemovedAttachment}
  /** A file that went with a message, as it was kept. */
  'GET /api/attachment': {query: {session_id: SessionId; attachment_id: string; small?: boolean}; answer: unknown}
  /** Send a message later. */
  'POST /api/schedule': {body: ScheduleBody; answer: State}
  /** Do not send it after all. */
  'DELETE /api/schedule': {query: {session_id: SessionId; message_id: string}; answer: State}
  /** Answer what the agent asked. */
  'POST /api/permission': {body: PermissionBody; answer: State}
  /** What to read out before a question is answered by voice. */
  'GET /api/permission': {query: {session_id: SessionId; request_id: string}; answer: SpokenQuestion}
  /** The folders that Janus serves, or that of another machine. */
  'GET /api/projects': {query: {machine?: string}; answer: ProjectsList}
  /** Serve a folder from now on. */
  'POST /api/projects': {body: ProjectBody; answer: Project}
  /** Serve a project no more. Nothing in its folder, and nothing that was said, is deleted. */
  'DELETE /api/projects': {query: {project_id: string}; answer: Removed}
  /** The folders in which projects can be, to choose from; hidden ones are left out. */
  'GET /api/folders': {query: {path?: string}; answer: Folders}
  /** Every agent Janus knows, and whether it is on this computer, or on another machine. */
  'GET /api/agents': {query: {machine?: string}; answer: AgentList}
  /** Run one of the agent's own commands for MCP servers, in the session's folder. */
  'POST /api/mcp-command': {body: McpBody; answer: McpResult}
  /** The agents' own conversations in the folder of a project. */
  'GET /api/agents/conversations': {query: {project_id?: string}; answer: ConversationList}
  /** Continue a conversation of an agent in a session of its own. */
  'POST /api/session/adopt': {body: AdoptBody; answer: SessionInfo}
  /** Who needs you, what finished, and what failed, in all projects. */
  'GET /api/digest': {query: {hours?: number}; answer: DigestAnswer}
  /** Search in everything that was said. */
  'GET /api/history': {query: {q: string; limit?: number; project_id?: string}; answer: Hits}
  /** How far the index is. */
  'GET /api/history/index': {answer: HistoryIndex}
  /** Make the index anew from the logs, in the background. */
  'POST /api/history/rebuild': {answer: HistoryIndex}
  /** What the sessions of a project left for new ones, in a line each. */
  'GET /api/memory': {query: {project_id?: string}; answer: Memory}
  /** Strike the line of a session, for good: also what is said in it later leaves none. */
  'DELETE /api/memory': {query: {session_id: SessionId}; answer: Struck}
  /** What a session was given, word for word. */
  'GET /api/memory/context': {query: {session_id: SessionId}; answer: GivenContext}
  /** Search in what was said in the other sessions of the project. */
  'GET /api/recall/search': {query: {q: string; limit?: number}; answer: Recalled}
  /** Read in another session of the project, without what tools put out. */
  'GET /api/recall/session': {query: {session_id: SessionId; before?: string}; answer: Recalled}
  /** Notifications on the device that asks. */
  'GET /api/push/subscription': {answer: PushState}
  /** Tell this device from now on when a session needs its owner, is done, or failed. */
  'POST /api/push/subscription': {body: SubscriptionBody; answer: PushState}
  /** Tell this device nothing any more. */
  'DELETE /api/push/subscription': {answer: PushState}
  /** Note that a notification is shown, or was tapped. */
  'POST /api/push/receipt': {body: ReceiptBody; answer: ReceiptAnswer}
  /** Answer the question that a notification showed, and no other. */
  'POST /api/push/answer': {body: AnswerBody; answer: TapAnswer}
  /** Send this device a notification now, and say what the push service answered. */
  'POST /api/push/test': {answer: PushTest}
  /** Which voice engines Janus has. */
  'GET /api/voice': {answer: VoiceState}
  /** Turn speech into words: a recording of 1 MiB at most, as browsers make them. */
  'POST /api/transcribe': {query: {session_id?: string; language?: string}; body: Blob; answer: Transcript}
  /** Turn words into speech: a sentence or two at a time, to be heard soon. */
  'POST /api/speak': {body: SpeakBody; answer: unknown}
  /** This machine, the doorways where it is a member, and the members of its own. */
  'GET /api/fleet': {answer: FleetState}
  /** Make a code for another machine; and this one a doorway, if it is none yet. */
  'POST /api/fleet/invite': {body?: InviteBody; answer: FleetCode}
  /** Make this machine a member where the code leads. */
  'POST /api/fleet/join': {body: JoinBody; answer: FleetDoorway}
  /** Leave a doorway. Where it is this machine's own, it is one no more. */
  'DELETE /api/fleet/doorways': {query: {name?: string}; answer: LeftFleet}
  /** Put a machine out, at once. */
  'DELETE /api/fleet/machines': {query: {name: string}; answer: Machine}
  /** Become a member here, by a code. Other machines call this. */
  'POST /api/fleet/enter': {body: EnterBody; answer: EnteredDoorway}
  /** Be a member here no more. Other machines call this. */
  'POST /api/fleet/left': {body: LeftBody; answer: LeftMachine}
  /** What changed: which files, how much, and by whom. */
  'GET /api/changes': {query: {session_id: SessionId; turn_id?: string; commit?: string}; answer: ChangesReply}
  /** How one file changed, line by line, and in it word by word. */
  'GET /api/changes/file': {query: {session_id: SessionId; turn_id?: string; commit?: string; path: string; functions?: boolean}; answer: ChangedLines}
  /** Put the files back as they were before a turn, byte for byte. */
  'POST /api/undo': {body: UndoBody; answer: UndoReply}
  /** Commit, as the owner would: with his name, his hooks and his signature. */
  'POST /api/commit': {body: CommitBody; answer: CommitReply}
  /** Discard what is not committed: each file becomes what it was when the session began. */
  'POST /api/discard': {body: DiscardBody; answer: DiscardReply}
  /** Merge the session's branch into another one. */
  'POST /api/merge': {body: MergeBody; answer: MergeReply}
  /** The local branches that the session's own can be merged into, at most 200. */
  'GET /api/branches': {query: {session_id: SessionId}; answer: Branches}
  /** Ask the agent to resolve what a merge conflicts in; it is told the places. */
  'POST /api/merge/resolve': {body: ResolveBody; answer: State}
  /** Push the session's branch, and nothing else, to the remote of its owner. */
  'POST /api/push': {body: PushBody; answer: PushReply}
  /** Push the branch and open a pull request, by gh or glab; without them `url` is where to. */
  'POST /api/pull-request': {body: PullRequestBody; answer: PullRequestReply}
  /** Find files by some letters of their path; those that git ignores are left out. */
  'GET /api/files': {query: {session_id: SessionId; q?: string; limit?: number}; answer: Files}
  /** Read a file of the session's folder, and nothing outside of it: no link is followed. */
  'GET /api/file': {query: {session_id: SessionId; path: string}; answer: File}
  /** The comments that wait, and the changes that were looked at. */
  'GET /api/review': {query: {session_id: SessionId}; answer: ReviewReply}
  /** Keep a comment; 100 may wait. It is sent with others, in one message. */
  'PUT /api/review/comment': {body: CommentBody; answer: ReviewReply}
  /** Forget a comment, or all that wait; fine if it is gone already. */
  'DELETE /api/review/comment': {query: {session_id: SessionId; comment_id?: string}; answer: ReviewReply}
  /** Remember that somebody looked at how a file changed; another change is another one. */
  'PUT /api/review/viewed': {body: ViewedBody; answer: ReviewReply}
  /** Send comments to the agent in one message, which quotes the lines they are about. */
  'POST /api/review/send': {body: SendBody; answer: State}
  /** Liveness, for programs that only look at the status. */
  'GET /health': {answer: 'OK'}
  /** How sessions, turns and agents do, in numbers for a Prometheus server. */
  'GET /metrics': {answer: string}
  /** What works, and what does not. */
  'GET /api/health': {answer: Health}
  /** This description. */
  'GET /api/openapi.json': {answer: OpenApi}
}

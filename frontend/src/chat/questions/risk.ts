/**
 * What a command may do that cannot be undone. Only a hint: a command without one is not
 * necessarily harmless, so the card always shows the command itself.
 */

export interface Risk {
  /** Where in the command. */
  start: number
  end: number
  what: string
}

const DELETES = 'Deletes for good'
const SENDS = 'Sends something outside this computer'
const OVERWRITES = 'Overwrites what others may have'
const DISCARDS = 'Throws away changes that are not committed'
const RUNS = 'Runs a program from the internet'
const ADMINISTRATOR = 'Acts as the administrator'
const SECRETS = 'Reads secrets'
const STOPS = 'Stops programs'
const OPENS = 'Changes who may use files'
const LATER = 'Runs something later, by itself'

/** Where a program is named: at the beginning, or what a shell or `xargs` is given to run. */
const FIRST = String.raw`(?:^|\s-\w*c\s*["']|\bxargs\s(?:-\S+\s+)*)\s*(?:\w+=\S*\s+)*(?:(?:sudo|doas|env|time|nohup|nice|exec|command|builtin|then|do|else|!)\s+(?:-\S+\s+)*)*["'\\]?(?:[^\s"']*\/)?`
const GIT = String.raw`git\s+(?:-[Cc]\s+\S+\s+|--?[a-zA-Z]\S*\s+)*`

/** Programs with what follows them, and what that may do. */
const RISKS: [RegExp, string][] = [
  program(String.raw`(?:rm|rmdir|unlink|shred|wipefs|mkfs[.\w]*|truncate)\s+\S.*`, DELETES),
  program(String.raw`dd\s.*\bof=.*`, DELETES),
  program(String.raw`find\s.*\s-(?:delete|exec(?:dir)?\s+\S*rm)\b.*`, DELETES),
  program(String.raw`docker\s.*\b(?:prune|rm|rmi|--volumes|down\s+-v)\b.*`, DELETES),
  program(String.raw`(?:kubectl|helm|terraform|aws|gcloud|az)\s.*\b(?:delete|destroy|uninstall|rm|rb)\b.*`, DELETES),
  program(String.raw`${GIT}(?:branch\s.*(?:-D|--delete)|tag\s.*(?:-d|--delete)|stash\s+(?:drop|clear)|reflog\s+expire|gc\s.*--prune|worktree\s+remove)\b.*`, DELETES),
  program(String.raw`${GIT}(?:reset\s.*--hard|clean\s.*-\w*[fdxX]|checkout\s(?:.*\s)?(?:--\s|-f\b|\.(?:\s|$))|restore\s|switch\s.*(?:-f|--discard-changes|--force)\b).*`, DISCARDS),
  program(String.raw`${GIT}push\b.*(?:--force|--mirror|--delete|--prune|\s-\w*[fd]\w*\b|\s["']?\+\S|\s:\S).*`, OVERWRITES),
  program(String.raw`${GIT}(?:rebase|commit\s.*--amend|filter-branch|filter-repo)\b.*`, 'Rewrites history'),
  program(String.raw`${GIT}push\b.*`, SENDS),
  program(String.raw`(?:npm|pnpm|yarn|cargo|poetry|flit|twine|gem|docker)\s+(?:publish|upload|push)\b.*`, SENDS),
  program(String.raw`(?:scp|sftp|ftp|rsync|ssh|nc|ncat|telnet)\s+\S.*`, SENDS),
  program(String.raw`gh\s+(?:api|\w+\s+(?:create|merge|close|delete|edit|comment|upload|run))\b.*`, SENDS),
  program(String.raw`(?:curl|wget|http)\s.*(?:-\w*[dFT]\b|--(?:data|form|upload|post|json)|-X\s*(?:POST|PUT|PATCH|DELETE)).*`, SENDS),
  program(String.raw`(?:npx|bunx|uvx|pipx\s+run|pnpm\s+dlx|yarn\s+dlx)\s+\S.*`, RUNS),
  program(String.raw`chmod\s.*(?:777|666|[oa]\+\w*w|\+s)\b.*|chown\s.*`, OPENS),
  program(String.raw`(?:kill|pkill|killall|shutdown|reboot|halt|systemctl\s+(?:stop|disable|restart))\b.*`, STOPS),
  program(String.raw`(?:crontab|at|launchctl|systemctl\s+enable)\s+\S.*`, LATER),
  program(String.raw`(?:printenv|env|export)\s*$`, SECRETS),
  [/(?:^|[\s"'])(?:sudo|doas|pkexec)\s+\S.*/, ADMINISTRATOR],
  [/\b(?:drop|truncate)\s+(?:table|database|schema)\b.*|\bdelete\s+from\b.*/i, DELETES],
  [/(?:^|[\s"'=/])(?:\.env(?!\.(?:example|sample|template))\b|id_(?:rsa|ed25519|ecdsa)\b|\.ssh\/|\.aws\/|\.netrc\b|\.pgpass\b|\.git-credentials\b|\/etc\/shadow\b).*/, SECRETS],
]

/** Over several commands: what is fetched or decoded, and run. */
const TOGETHER = [
  /\b(?:curl|wget|base64|openssl)\b[^\n;&]{0,2000}\|\s*(?:sudo\s+)?(?:[^\s|]{0,100}\/)?(?:(?:ba|z|da|k|fi)?sh|python[\d.]*|perl|ruby|node)\b/g,
  /(?:\b(?:ba|z|da|k)?sh|\beval|\bsource|\.)\s[^\n;&|]{0,100}(?:<\(|\$\(|`)\s*(?:curl|wget)\b[^\n)`]{0,2000}/g,
]

/** Characters of a command that are looked at as one, as many of them are looked at again, and at most in all. */
const [PART, OVERLAP, LONGEST] = [3000, 300, 60_000]

function program(what: string, risk: string): [RegExp, string] {
  return [new RegExp(`(${FIRST})(${what})`), risk]
}

/** Every risk in a command, in the order they stand in it. */
export function risksOf(whole: string): Risk[] {
  const command = whole.slice(0, LONGEST)
  const risks: Risk[] = []
  const add = (start: number, text: string, what: string) => {
    if (risks.some(risk => risk.what === what && risk.start === start)) return
    // A push that overwrites is one that sends.
    if (what === SENDS && risks.some(risk => risk.what === OVERWRITES && risk.start === start)) return
    risks.push({start, end: start + text.trimEnd().length, what})
  }
  // One after the other: the arguments of one are not those of the next.
  for (const {0: one, index} of command.matchAll(/[^;&|\n`()]+/g)) {
    for (let from = 0; from < one.length; from += PART - OVERLAP) {
      const part = one.slice(from, from + PART)
      for (const [pattern, what] of RISKS) {
        const found = pattern.exec(part)
        if (!found) continue
        const before = found[2] === undefined ? found[0].length - found[0].trimStart().length : found[1]!.length
        add(index + from + found.index + before, found[0].slice(before), what)
      }
    }
  }
  for (const pattern of TOGETHER) {
    for (const found of command.matchAll(pattern)) add(found.index, found[0], RUNS)
  }
  return risks.sort((one, other) => one.start - other.start)
}

export interface Piece {
  text: string
  risky: boolean
}

/** The command in pieces, those of any risk apart. */
export function piecesOf(command: string, risks: readonly Risk[]): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const {start, end} of risks) {
    if (end <= at) continue
    const from = Math.max(start, at)
    if (from > at) pieces.push({text: command.slice(at, from), risky: false})
    pieces.push({text: command.slice(from, end), risky: true})
    at = end
  }
  if (at < command.length) pieces.push({text: command.slice(at), risky: false})
  return pieces
}

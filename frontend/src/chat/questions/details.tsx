import type {FileChange, Permission} from '../../lib/types'
import {Icon} from '../../ui/icon'
import {Changes} from '../messages/changes'
import {MessageText} from '../messages/message-text'
import {ToolOutput} from '../messages/tool-output'
import {words} from '../strings'
import {piecesOf, risksOf} from './risk'

interface Props {
  asked: Permission
  /** Where it would be done. */
  where: string
  /** Folders that a path need not begin with. */
  folders: string[]
  picture: (id: string) => Promise<string>
}

/** All that is asked: there is no more to see than this. */
export function Details(props: Props) {
  return props.asked.kind === 'permission' ? <Action {...props} /> : <Question {...props} />
}

/** What exactly would be done. */
function Action({asked: {title, text, tool_call: call}, where, folders, picture}: Props) {
  const named = title.replace(/^`([^`]*)`$/, '$1')
  const command = text || named
  const runs = !['read', 'edit', 'search', 'fetch', 'think', 'move'].includes(call?.kind ?? '')
  const risks = runs ? risksOf(command) : []
  const changes = call?.changes ?? []
  // A change speaks for itself, under what the agent calls it.
  const isCommand = changes.length === 0 || Boolean(text)
  const beside = changes.length ? besideOf(call?.output ?? '', changes) : ''
  return (
    <>
      {(!isCommand || !command.includes(named)) && <p dir="auto">{named}</p>}
      {isCommand && (
        <pre class="ask-command" dir="ltr" translate={false}>
          {piecesOf(command, risks).map(({text: piece, risky}, index) => (risky ? <mark key={index}>{piece}</mark> : piece))}
        </pre>
      )}
      {changes.length > 0 && <Changes changes={changes} folders={folders} />}
      {beside && <p class="prose" dir="auto">{beside}</p>}
      {(call?.images || (call?.output && !changes.length)) && <ToolOutput call={call} picture={picture} whole />}
      {[...new Set(risks.map(({what}) => what))].map(what => (
        <p key={what} class="ask-risk"><Icon name="triangle-alert" /> {what}</p>
      ))}
      {where && <p class="hint ask-where" dir="auto">{where}</p>}
    </>
  )
}

/** What an agent says beside the changes, which its output tells as lines with signs. */
function besideOf(output: string, changes: readonly FileChange[]): string {
  const paths = new Set(changes.map(({path}) => path))
  return output.split('\n').filter(line => !/^[-+]|^… and \d+ lines more$/.test(line) && !paths.has(line)).join('\n').trim()
}

/** What to read before answering: a plan, a page to open. */
function Question({asked: {text, url}}: Props) {
  const safe = url && /^https?:\/\/[^\s/\\]/i.test(url) ? url : undefined
  return (
    <>
      {text && <MessageText text={text} streaming={false} />}
      {url && <p class="ask-url" dir="ltr" translate={false}>{url}</p>}
      {safe && (
        <a class="button" href={safe} target="_blank" rel="noreferrer noopener">
          <Icon name="globe" /> {words.openPage}
        </a>
      )}
    </>
  )
}

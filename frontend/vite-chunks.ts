/**
 * Which files the page comes in: few, since each costs a slow phone half a second, and a browser fetches six at a time.
 *
 *     index.html ──> page, style ──> chat, markdown, the state ──> the stream
 */
/** The service worker is one plain script. */
const OF_WORKER = /src[\\/](worker[\\/]|sw\.ts)/
const OF_CHAT = /src[\\/](chat[\\/]|screens[\\/]chat[\\/]|text[\\/]entities)/
/** What few conversations need, and what is fetched while the stream opens. */
const LATER = /[\\/](message-actions|queue-actions|menu|make-room|later|send-later|ended|undo-sheet|side)\b/
const OF_MARKDOWN = /src[\\/]text[\\/](markdown|emphasis)|node_modules[\\/]marked[\\/]/

export const CHUNKS = {
  groups: [
    {name: 'page', tags: ['$initial' as const], test: (id: string) => !OF_WORKER.test(id), priority: 2},
    {name: 'markdown', test: OF_MARKDOWN, priority: 1, includeDependenciesRecursively: false},
    {name: 'chat', test: (id: string) => OF_CHAT.test(id) && !LATER.test(id) && !OF_MARKDOWN.test(id), priority: 0},
  ],
}

interface Chunk {
  type: string
  imports?: string[]
}

/** Refuses files that import each other in a circle: which of them runs first would be a matter of luck. */
export function noCircles() {
  return {
    name: 'no-circles',
    generateBundle(_: unknown, bundle: Record<string, Chunk>) {
      const circle = Object.keys(bundle).map(name => circleAt(name, bundle, [])).find(Boolean)
      if (circle) throw new Error(`These files of the page import each other: ${circle.join(' → ')}`)
    },
  }
}

function circleAt(name: string, bundle: Record<string, Chunk>, above: string[]): string[] | undefined {
  if (above.includes(name)) return [...above.slice(above.indexOf(name)), name]
  return bundle[name]?.imports?.map(next => circleAt(next, bundle, [...above, name])).find(Boolean)
}

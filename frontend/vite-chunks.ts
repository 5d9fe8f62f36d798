/**
 * Which files the page comes in: few, since each costs a slow phone half a second, and a browser fetches six at a time.
 *
 *     index.html ──> page, style
 *         └──> first ──> chat, markdown, the state ──> the stream
 */
/** The service worker is one plain script. */
const OF_WORKER = /src[\\/](worker[\\/]|sw\.ts)/
const OF_CHAT = /src[\\/](chat[\\/]|screens[\\/]chat[\\/]|text[\\/]entities)/
/** What few conversations need, and what is fetched while the stream opens. */
const LATER = /[\\/](message-actions|queue-actions|menu|make-room|later|send-later|ended|undo-sheet|side|mouth|reciter)\b/
const OF_MARKDOWN = /src[\\/]text[\\/](markdown|emphasis|links|direction)|node_modules[\\/]marked[\\/]/

/** What runs while the rest is on its way. */
const FIRST = /src[\\/](first|app[\\/](local-storage|route)|lib[\\/](ahead|base))\.ts|vite[\\/]preload-helper|rolldown[\\/]runtime/

export const CHUNKS = {
  groups: [
    {name: 'first', test: FIRST, priority: 3},
    {name: 'page', tags: ['$initial' as const], test: (id: string) => !OF_WORKER.test(id), priority: 2},
    {name: 'markdown', test: OF_MARKDOWN, priority: 1, includeDependenciesRecursively: false},
    {name: 'chat', test: (id: string) => OF_CHAT.test(id) && !LATER.test(id) && !OF_MARKDOWN.test(id), priority: 0},
  ],
}

/**
 * Has the browser run `first` as soon as it is there, where a module waits for all that it is imported by. It stands
 * below what is drawn into: whatever comes in early by it finds that.
 */
export function firstThingsFirst() {
  return {
    name: 'first-things-first',
    transformIndexHtml: {
      order: 'post' as const,
      handler(html: string, {bundle = {}}: {bundle?: Record<string, Chunk>}) {
        const first = Object.keys(bundle).find(name => bundle[name]!.name === 'first')
        if (!first) return html
        const fetched = `  <link rel="modulepreload" crossorigin href="./${first}">\n`
        if (!html.includes(fetched)) throw new Error(`The page does not name ${first}`)
        const script = `<script type="module" async crossorigin src="./${first}"></script>`
        return html.replace(fetched, '').replace('</body>', `  ${script}\n</body>`)
      },
    },
  }
}

interface Chunk {
  name?: string
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

/** Builds the service worker, and tells it which files make up the page. The same files give the same worker. */
/// <reference path="./node.d.ts" />
import {createHash} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Plugin} from 'vite'

const NAME = 'sw.js'
/** The licences of what is bundled; nobody needs them offline. */
export const NOTICES = 'third-party.md'

/** What is fetched when it is needed: colours for a dozen languages are not part of the shell. */
const LATER = /highlight\.js|[\\/]grammars[\\/]/
/** Only the system asks for these, once, when the page is installed. */
const PICTURE = /\.png$/

export function precache(): Plugin {
  let publicDir = ''
  return {
    name: 'janus-precache',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir
    },
    buildStart() {
      this.emitFile({type: 'chunk', id: fileURLToPath(new URL('src/sw.ts', import.meta.url)), fileName: NAME})
    },
    generateBundle: {
      // After index.html has been made.
      order: 'post',
      handler(_, bundle) {
        const contents = new Map<string, string | Uint8Array>()
        for (const file of readdirSync(publicDir)) {
          if (!PICTURE.test(file)) contents.set(`/${file}`, readFileSync(join(publicDir, file)))
        }
        for (const [file, output] of Object.entries(bundle)) {
          if (file === NAME || file === NOTICES) continue
          if (output.type === 'asset') contents.set(file === 'index.html' ? '/' : `/${file}`, output.source)
          else if (!output.moduleIds.some((id) => LATER.test(id))) contents.set(`/${file}`, output.code)
        }
        const worker = bundle[NAME]
        if (worker?.type !== 'chunk') throw new Error('The service worker was not built')
        if (worker.imports.length || worker.exports.length) throw new Error('The service worker must be one plain script')
        const shell = describe(contents, worker.code)
        worker.code = worker.code.replace('__SHELL__', () => JSON.stringify(shell))
      },
    },
  }
}

/** The addresses in order, and a version that depends on every byte and on nothing else. */
export function describe(contents: Map<string, string | Uint8Array>, worker: string): {version: string; files: string[]} {
  const files = [...contents.keys()].sort()
  const hash = createHash('sha256').update(worker)
  for (const file of files) {
    const content = contents.get(file)!
    hash.update(`\0${file}\0${content.length}\0`).update(content)
  }
  return {version: hash.digest('hex').slice(0, 12), files}
}

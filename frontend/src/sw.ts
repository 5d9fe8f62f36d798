/** The service worker, built as /sw.js. */
import {hearPushes, type PushScope} from './worker/push'
import {takeShares} from './worker/shares'
import {serve, type Shell, type WorkerScope} from './worker/shell'

/** Inserted by the build, see vite-precache.ts. */
declare const __SHELL__: Shell

serve(globalThis as unknown as WorkerScope, __SHELL__)
hearPushes(globalThis as unknown as PushScope)
takeShares(globalThis as unknown as WorkerScope)

/// <reference path="./node.d.ts" />
import {env} from 'node:process'
import {defineConfig} from 'vitest/config'
import {CHUNKS, firstThingsFirst, noCircles} from './vite-chunks.ts'
import {NOTICES, precache} from './vite-precache.ts'

/** The Janus that `npm run dev` shows the page of. It answers only pages of its own origin. */
const janus = env.JANUS ?? 'http://127.0.0.1:3000'

export default defineConfig({
  base: './', // it may be served below any path
  server: {proxy: {'/api': {target: janus, changeOrigin: true, headers: {origin: janus}}}},
  plugins: [firstThingsFirst(), precache(), noCircles()],
  build: {
    outDir: '../frontend_dist',
    emptyOutDir: true,
    target: ['es2022', 'safari16.4', 'chrome107'],
    modulePreload: {polyfill: false},
    // All of it is smaller than one more request is long.
    cssCodeSplit: false,
    rolldownOptions: {output: {codeSplitting: CHUNKS}},
    sourcemap: false,
    license: {fileName: NOTICES},
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    isolate: false, // but for what test/fresh.ts does
    setupFiles: 'test/fresh.ts',
    // For what hangs: on a busy machine, what does not takes a minute.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})

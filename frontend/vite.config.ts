import {defineConfig} from 'vitest/config'
import {precache} from './vite-precache.ts'

export default defineConfig({
  plugins: [precache()],
  build: {
    outDir: '../frontend_dist',
    emptyOutDir: true,
    target: ['es2022', 'safari16.4', 'chrome107'],
    modulePreload: {polyfill: false},
    sourcemap: false,
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 60_000, // for what hangs: on a busy machine, what does not takes seconds
  },
})

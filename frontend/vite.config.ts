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
  // A machine with other things to do may be ten times slower.
  test: {environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'], testTimeout: 30_000},
})

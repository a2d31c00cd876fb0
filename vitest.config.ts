import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^mcp-request-context$/, replacement: source('index.ts') },
      { find: /^mcp-request-context\/(client|server|http|testing)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/package/**', 'test/stress/**', 'test/versions/**'],
    testTimeout: 30_000,
    // The HTTP client of SDK 1 gathers abort listeners on Node 20, with this package or without it.
    execArgv: ['--disable-warning=MaxListenersExceededWarning'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
})

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import type {} from './test/support/cells.js'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** The package's own name leads to its source. */
export const resolve = {
  alias: [
    { find: /^mcp-request-context$/, replacement: source('index.ts') },
    { find: /^mcp-request-context\/(client|server|http|testing)$/, replacement: source('$1/index.ts') },
  ],
}

// No test is judged by the time it takes: a timeout only ends one that hangs.
const MINUTE = 60_000
const minutes = (count: number) => ({ testTimeout: count * MINUTE, hookTimeout: count * MINUTE })

// The files of such a project load the SDKs once, and share them: loading takes most of the time of a small test.
const shared = { isolate: false }

/** A project of the test files whose names end in its own name: `views.integration.test.ts`. */
function project(name: string, test: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/**/*.${name}.test.ts`], ...test } }
}

// CONTRIBUTING.md has the table of what each project is for.
export default defineConfig({
  resolve,
  test: {
    ...minutes(1),
    // By default vitest leaves one processor to itself: of two, half the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // The HTTP client of SDK 1 adds more abort listeners than Node 20 likes, with this package or without it.
    execArgv: ['--disable-warning=MaxListenersExceededWarning'],
    projects: [
      project('unit', { ...shared, include: ['test/**/*.test.ts'], exclude: ['test/**/*.*.test.ts'] }),
      project('integration', {
        ...shared,
        include: ['test/**/*.{integration,matrix}.test.ts'],
        provide: { cells: 'one of each' },
      }),
      project('smoke', minutes(3)),
      project('types', { include: [], typecheck: { enabled: true, only: true, include: ['test/**/*.test-d.ts'] } }),
      project('hostile', { ...minutes(3), ...shared }),
      project('matrix', { ...minutes(3), ...shared, provide: { cells: 'all' } }),
      project('e2e', minutes(3)),
      // Each test has processes of its own: no more of them at once than two processors can serve.
      project('stress', { fileParallelism: false, maxConcurrency: 2 }),
      project('package', minutes(5)),
      // Each test has a compiler, and a server with clients of its own.
      project('versions', { ...minutes(5), maxConcurrency: 2 }),
    ],
  },
})

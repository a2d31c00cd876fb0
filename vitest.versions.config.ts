import { defineConfig } from 'vitest/config'

// The packed tarball with other versions of the SDKs than the lock file names. Needs the npm registry.
export default defineConfig({
  test: {
    include: ['test/versions/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each has a compiler and a server with clients of its own.
    maxConcurrency: 2,
  },
})

import { defineConfig } from 'vitest/config'

// What a user gets: the packed tarball, installed into an empty project. Needs the npm registry.
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})

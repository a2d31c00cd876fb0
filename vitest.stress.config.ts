import { defineConfig } from 'vitest/config'

// What only shows after a long time. Takes minutes.
export default defineConfig({
  test: { include: ['test/stress/**/*.test.ts'], testTimeout: 900_000 },
})

import { defineConfig } from 'vitest/config'

// What only shows after many calls: half an hour, or as long as the calls take that STRESS_CALLS says. Each test has
// processes of its own, so no more of them run at once than two processors can serve.
export default defineConfig({
  test: { include: ['test/stress/**/*.test.ts'], fileParallelism: false, maxConcurrency: 2 },
})

import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

// The tests that Stryker runs for each mutant: those of the code itself, without processes of their own.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/{core,http,server}/**/*.test.ts', 'test/conformance/vectors.test.ts'],
    typecheck: { enabled: false },
    bail: 1,
  },
})

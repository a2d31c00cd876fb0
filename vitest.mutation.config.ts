import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { resolve } from './vitest.config.js'

/** What is quick runs first, and notices most mutants. */
const ORDER = [
  'codec/',
  'definition/',
  'errors/',
  'server/middleware',
  'secrets/messages',
  '',
  'conformance/',
  'context-headers',
  'hops',
  'transports',
  'context-fetch',
  'http-policy',
]

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = ORDER.findIndex((name) => name !== '' && moduleId.includes(name))
      return found < 0 ? ORDER.indexOf('') : found
    }
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

// The tests that Stryker runs for each mutant: those of the code itself, without processes of their own, in few HTTP
// setups, and with each module loaded once.
export default defineConfig({
  resolve,
  test: {
    include: [
      'test/{codec,definition,errors,http,server}/**/*.test.ts',
      'test/client/{call-tool,negotiation,shared-state,views}.*.test.ts',
      'test/conformance/vectors.test.ts',
      'test/secrets/{client,messages,objects,server,settings}.*test.ts',
    ],
    provide: { cells: 'one of each' },
    testTimeout: 60_000,
    isolate: false,
    sequence: { sequencer: QuickFirst },
    bail: 1,
  },
})

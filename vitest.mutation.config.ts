import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from './vitest.config.js'

/** What is quick runs first, and notices most mutants. */
const ORDER = [
  'core/',
  'server/gate',
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
  ...base,
  test: {
    ...base.test,
    include: [
      'test/{core,http,server}/**/*.test.ts',
      'test/client/{call-tool,negotiation,shared-state,views}.test.ts',
      'test/conformance/vectors.test.ts',
      'test/secrets/{client,messages,objects,server,settings}.test.ts',
    ],
    typecheck: { enabled: false },
    env: { FEW_HTTP_CELLS: '1' },
    isolate: false,
    sequence: { sequencer: QuickFirst },
    bail: 1,
  },
})

// Servers that are built for each request leave nothing behind, however many requests they serve.
import { expect, test } from 'vitest'
import { runProgram } from './program.js'
import { OVER_HTTP, tolerated } from './scale.js'

interface Answer {
  readonly served: number
  readonly grown: number
  readonly micros: number
}

const KINDS = ['createMcpHandler, 2026-07-28', 'createMcpHandler, 2025', 'stateless, SDK 1']

function serve(kind: string, middleware: 'with' | 'kept', requests: number): Promise<Answer> {
  const limit = limitOf(requests)
  return runProgram('per-request', [kind, middleware, String(requests), String(limit)], limit)
}

/** Seconds, many times what the requests take. */
function limitOf(requests: number): number {
  return 60 + requests / 100
}

test.concurrent.each(KINDS)(
  `${OVER_HTTP} requests to %s`,
  async (kind) => {
    const { served, grown, micros } = await serve(kind, 'with', OVER_HTTP)
    console.log(`${kind}: ${grown} bytes more after ${OVER_HTTP} requests of ${micros.toFixed(0)} µs`)
    expect(served).toBeGreaterThanOrEqual(OVER_HTTP)
    expect(grown).toBeLessThan(tolerated(OVER_HTTP))
  },
  (limitOf(OVER_HTTP) + 30) * 1000,
)

test.concurrent(
  'servers that are kept are found',
  async () => {
    const { grown } = await serve('stateless, SDK 1', 'kept', 1000)
    expect(grown).toBeGreaterThan(tolerated(1000))
  },
  (limitOf(1000) + 30) * 1000,
)

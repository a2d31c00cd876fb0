// Servers that are built for each request leave nothing behind, however many requests they serve.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('per-request.ts', import.meta.url))
const REQUESTS = 100_000

test.concurrent.each(['createMcpHandler, 2026-07-28', 'createMcpHandler, 2025', 'stateless, SDK 1'])(
  'a hundred thousand requests to %s',
  async (kind) => {
    const args = ['--expose-gc', '--import', 'tsx', PROGRAM, kind, 'with', String(REQUESTS)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { served, grown, micros } = JSON.parse(stdout) as { served: number; grown: number; micros: number }
    console.log(`${kind}: ${grown} bytes more after ${REQUESTS} requests of ${micros.toFixed(0)} µs`)
    expect(served).toBeGreaterThanOrEqual(REQUESTS)
    // Twenty bytes a request: less than the smallest object that could stay.
    expect(grown).toBeLessThan(20 * REQUESTS)
  },
)

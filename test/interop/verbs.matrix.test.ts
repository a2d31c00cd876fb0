// It works the same wherever client and server run: every verb, in every cell of client × server × era × transport.
import { readFile, writeFile } from 'node:fs/promises'
import { specTypeSchemas } from '@modelcontextprotocol/client'
import {
  ClientNotificationSchema,
  ClientRequestSchema,
  ServerNotificationSchema,
  ServerRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EVERY_CELL } from '../support/cells.js'
import { path } from '../support/markdown.js'
import { ALL, type Cell, nameOf } from './cells.js'
import { TRIES } from './claims.js'
import { type Connection, connect } from './connect.js'
import { failsTheSame, LIMITS, limitOf, limitsOf } from './limits.js'
import { CELLS, NO_CELLS, noCellOf, TRIED } from './no-cells.js'
import { report } from './report.js'
import { Results } from './results.js'
import type { Sender } from './verb.js'
import { VERBS } from './verbs.js'

const DOCUMENT = path('docs/compatibility.md')
const results = new Results()

/** No answer that should come takes so long, in milliseconds. */
const PATIENCE = 60_000

beforeAll(() => {
  // `createMcpHandler` warns of what is tried here: in JSON nothing goes before the answer.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  return () => warn.mockRestore()
})

describe.each(TRIED.map((cell) => [nameOf(cell), cell] as const))('%s', (_name, cell) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await connect(cell)
  })
  afterAll(() => connection.close())

  const senderOf = ({ client, bare, log }: Connection, timeout: number): Sender => ({
    cell,
    client,
    bare,
    log,
    timeout,
  })

  test('the protocol version is that of the cell', () => {
    expect(connection.version()).toBe(cell.offers ?? (cell.era === 'initialize' ? '2025-11-25' : cell.era))
    results.agreed(cell, String(connection.version()))
  })

  for (const verb of VERBS) {
    const claims = verb.claims.filter((claim) => limitOf(cell, verb, claim) === undefined)
    if (claims.length === 0) continue
    test(`${verb.name}: ${claims.join(', ')}`, async () => {
      for (const claim of claims) {
        await TRIES[claim](verb, connection, senderOf(connection, PATIENCE)).catch((error: Error) => {
          error.message = `${claim}: ${error.message}`
          throw error
        })
        results.held(cell, verb, claim)
      }
    })
  }

  test('what the SDK cannot do, it cannot do without this package', async () => {
    // What an SDK refuses on a process's streams, it refuses in memory; starting another process takes long.
    const bare = await connect(cell.transport === 'stdio' ? { ...cell, transport: 'in memory' } : cell, true)
    const tries = limitsOf(cell).map(async ({ verb, limit, claims }) => {
      if (limit.prove !== undefined) await limit.prove(verb, connection, senderOf(connection, PATIENCE))
      else await failsTheSame(verb, [connection, bare], senderOf)
      results.named(cell, verb, limit, claims)
    })
    const failed = (await Promise.allSettled(tries)).filter(({ status }) => status === 'rejected')
    await bare.close()
    expect(failed).toEqual([])
  })
})

// The sample says nothing of these two.
const whole = EVERY_CELL ? { describe, test } : undefined

whole?.describe('the cells that the SDKs cannot make', () => {
  const missing = ALL.filter((cell) => !CELLS.includes(cell))
  test.each(missing.map((cell) => [nameOf(cell), cell] as const))('%s', async (_name, cell) => {
    await noCellOf(cell)?.prove(cell)
  })
})

describe('nothing is left out', () => {
  /** What carries no context, or is sent by the SDK in answer to something else. */
  const OF_THE_SDK = [
    'initialize',
    'notifications/initialized',
    'notifications/cancelled',
    'notifications/progress',
    'notifications/tasks/status',
    'notifications/elicitation/complete',
    'notifications/subscriptions/acknowledged',
  ]

  interface MessageSchema {
    readonly shape?: { readonly method?: { readonly value?: string } }
  }

  const methodsOf = (schemas: readonly unknown[]) =>
    schemas.flatMap((schema) => (schema as MessageSchema).shape?.method?.value ?? [])

  test.each([
    [
      'SDK 1',
      methodsOf([
        ...ClientRequestSchema.options,
        ...ServerRequestSchema.options,
        ...ClientNotificationSchema.options,
        ...ServerNotificationSchema.options,
      ]),
    ],
    ['SDK 2', methodsOf(Object.values(specTypeSchemas))],
  ])('every method of %s is among the verbs', (_sdk, methods) => {
    expect(methods.length).toBeGreaterThan(25)
    const known = new Set([...VERBS.flatMap(({ name, labels }) => [name, ...labels]), ...OF_THE_SDK])
    expect(methods.filter((method) => !known.has(method))).toEqual([])
  })

  test('every reason applies somewhere', () => {
    const met = new Set(CELLS.flatMap((cell) => limitsOf(cell).map(({ limit }) => limit)))
    expect(LIMITS.filter((limit) => !met.has(limit))).toEqual([])
    expect(NO_CELLS.filter(({ applies }) => !ALL.some(applies))).toEqual([])
  })

  test('every claim of every verb held in every cell, or is named with its reason', () => {
    const unseen = (cell: Cell) =>
      VERBS.flatMap((verb) => results.unseen(cell, verb).map((claim) => `${nameOf(cell)}: ${verb.name}: ${claim}`))
    expect(TRIED.flatMap(unseen)).toEqual([])
  })

  whole?.test('docs/compatibility.md says what this run saw', async () => {
    const document = report(results)
    expect(document, 'something did not run').not.toMatch(/\| \? \|/)
    if (process.env.UPDATE_COMPATIBILITY) await writeFile(DOCUMENT, document)
    expect(await readFile(DOCUMENT, 'utf8'), 'write it with UPDATE_COMPATIBILITY=1').toBe(document)
  })
})

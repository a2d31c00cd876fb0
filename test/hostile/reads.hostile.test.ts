// Of a hostile context no more is read than of the largest good one: nobody keeps a server busier with the one than with
// the other. What is read is counted, by proxies of every object in it.
import { decodeContext, defineContext } from 'mcp-request-context'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const many = <T>(size: number, make: (index: number) => T): T[] => Array.from(Array(size), (_, index) => make(index))
const record = (size: number, name: (index: number) => string, value: unknown) =>
  Object.fromEntries(many(size, (index) => [name(index), value]))

const definition = defineContext({
  schema: z.object({
    tenant: z.string().optional(),
    token: z.unknown().optional(),
    roles: z.array(z.string()).optional(),
    notes: z.record(z.string(), z.array(z.number())).optional(),
  }),
  sensitive: ['token'],
})

/** As many members as the limit of bytes allows: an item of one digit and its comma are two bytes. */
const good = { tenant: 'acme', token: many(4000, () => 0) }

/** A value whose every read of a member is counted, within it too. */
function countingReads(value: object): { counted: object; reads: () => number } {
  let reads = 0
  const count = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    return new Proxy(value, {
      get(target, name) {
        reads++
        return count(Reflect.get(target, name))
      },
    })
  }
  return { counted: count(value) as object, reads: () => reads }
}

function readsOf(value: object, ok: boolean): number {
  const { counted, reads } = countingReads(value)
  expect(decodeContext(definition, counted)).toMatchObject({ ok })
  return reads()
}

const secrets = (count: number) => many(count, (index) => `q${index}`)

const HOSTILE: [claim: string, raw: object][] = [
  ['a hundred thousand items', { roles: many(100_000, () => '') }],
  ['five thousand levels', { roles: JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) }],
  ['thousands of wrong items', { notes: { a: many(3900, () => '') } }],
  ['a wrong item at a long name', { notes: { ['n'.repeat(8000)]: [''] }, token: 'x' }],
  ['wrong items in many places', { notes: record(900, (index) => `k${index}`, '') }],
  [
    'wrong items beside many secrets',
    { notes: record(20, (index) => 'İ'.repeat(150) + index, ['']), token: secrets(62) },
  ],
  ['many secrets', { tenant: 7, token: secrets(64) }],
  ['many more secrets', { tenant: 7, token: secrets(1500) }],
  [
    'names within that are __proto__',
    { notes: JSON.parse(`{${many(300, (index) => `"n${index}":[]`)},"__proto__":[]}`) },
  ],
  ['a hundred thousand fields', record(100_000, (index) => `f${index}`, 1)],
  ['an array', many(100_000, () => 0)],
]

describe('of no hostile context more is read than of a good one:', () => {
  test.each(HOSTILE)('%s', (_claim, raw) => {
    const reads = readsOf(raw, false)
    expect(reads).toBeLessThanOrEqual(readsOf(good, true))
  })
})

test('the members that were read are counted', () => {
  expect(readsOf({ tenant: 'acme', roles: ['a', 'b'] }, true)).toBeGreaterThanOrEqual(4)
})

test('a rejection is not many times as large as the context that it refuses', () => {
  const raw = { notes: { ['n'.repeat(7900)]: many(60, () => '') } }
  const { rejection } = decodeContext(definition, raw) as { rejection: { data: object } }
  expect(JSON.stringify(rejection.data).length).toBeLessThan(4 * JSON.stringify(raw).length)
})

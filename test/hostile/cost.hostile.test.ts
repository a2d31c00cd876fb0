// Refusing costs less than serving: nobody keeps a server busier with bad contexts than with good ones.
import { decodeContext, defineContext } from 'mcp-request-context'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { timeOf } from './growth.js'

/** What a busy machine may add to one side and not to the other. */
const MARGIN = 3

const many = <T>(size: number, make: (index: number) => T): T[] => Array.from(Array(size), (_, index) => make(index))
const record = (size: number, name: (index: number) => string, value: unknown) =>
  Object.fromEntries(many(size, (index) => [name(index), value]))

const definition = defineContext({
  schema: z.object({
    tenant: z.string().optional(),
    token: z.unknown(),
    roles: z.array(z.string()).optional(),
    notes: z.record(z.string(), z.array(z.number())).optional(),
  }),
  sensitive: ['token'],
})

/** As large as the limit lets it be, and of many parts, as a real one could be. */
const good = {
  tenant: 'acme',
  token: 'x'.repeat(1500),
  roles: many(300, (index) => `role-${index}`),
  notes: record(
    40,
    (index) => `note ${index}`,
    many(12, (index) => index * 1.5),
  ),
}

const secrets = (count: number) => many(count, (index) => `q${index}`)

test('the good one is served, and is almost of the limit’s size', () => {
  expect(decodeContext(definition, good)).toMatchObject({ ok: true })
  expect(JSON.stringify(good).length).toBeGreaterThan(0.8 * 8192)
})

const HOSTILE: [claim: string, raw: unknown][] = [
  ['a megabyte of text', { tenant: 'x'.repeat(1_000_000) }],
  ['a megabyte beyond ASCII', { tenant: 'é'.repeat(500_000) }],
  ['a megabyte of lone surrogates', { tenant: '\ud800'.repeat(500_000) }],
  ['a hundred thousand items', { roles: many(100_000, () => '') }],
  ['five thousand levels', { roles: JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) }],
  ['thousands of wrong items', { notes: { a: many(3900, () => '') } }],
  ['a wrong item at a long name', { notes: { ['n'.repeat(8000)]: [''] }, token: 'x' }],
  ['many secrets', { tenant: 7, token: secrets(64) }],
  ['many more secrets', { tenant: 7, token: secrets(1500) }],
  ['a long secret', { tenant: 7, token: 'ab-'.repeat(2600) }],
  [
    'names within that are __proto__',
    { notes: JSON.parse(`{${many(300, (index) => `"n${index}":[]`)},"__proto__":[]}`) },
  ],
  ['a name of a megabyte', { ['n'.repeat(1_000_000)]: 1 }],
  ['an array', many(100_000, () => 0)],
  ['a string', 'x'.repeat(1_000_000)],
]

const serving = () => timeOf(() => decodeContext(definition, good))

function refusing(raw: unknown): number {
  expect(decodeContext(definition, raw)).toMatchObject({ ok: false })
  return timeOf(() => decodeContext(definition, raw))
}

describe('it costs less to refuse than to serve a good context:', () => {
  test.each(HOSTILE)('%s', (_claim, raw) => {
    expect(refusing(raw)).toBeLessThan(MARGIN * serving())
  })

  // What a schema makes of many faults is its own affair.
  const validate = (raw: unknown) => timeOf(() => definition.schema['~standard'].validate(raw))

  test('wrong items in many places, but for what the schema takes for them', () => {
    const raw = { notes: record(900, (index) => `k${index}`, '') }
    expect(refusing(raw)).toBeLessThan(MARGIN * (serving() + validate(raw)))
  })

  test('wrong items at long names beyond ASCII, beside many secrets', () => {
    const raw = { notes: record(20, (index) => 'İ'.repeat(150) + index, ['']), token: secrets(62) }
    expect(refusing(raw)).toBeLessThan(MARGIN * (serving() + validate(raw)))
  })
})

test('of fields beyond the limit, no more is looked at than reading the message took', () => {
  const text = JSON.stringify(record(100_000, (index) => `f${index}`, 1))
  const raw = JSON.parse(text)
  expect(timeOf(() => decodeContext(definition, raw))).toBeLessThan(MARGIN * timeOf(() => JSON.parse(text)))
})

test('a refusal is not many times as large as the context that it refuses', () => {
  const raw = { notes: { ['n'.repeat(7900)]: many(60, () => '') } }
  const { problem } = decodeContext(definition, raw) as { problem: { data: object } }
  expect(JSON.stringify(problem.data).length).toBeLessThan(4 * JSON.stringify(raw).length)
})

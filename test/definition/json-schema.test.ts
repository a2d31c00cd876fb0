// A JSON Schema that is given by hand, or by a peer, holds in each keyword what JSON Schema 2020-12 says.
import { contextJsonSchema, defineContext } from 'mcp-request-context'
import { describe, expect, test } from 'vitest'

const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const

function isTaken(jsonSchema: object): boolean {
  try {
    expect(contextJsonSchema(defineContext({ schema, jsonSchema: jsonSchema as never }))).toEqual(jsonSchema)
    return true
  } catch (error) {
    expect(error).toMatchObject({
      code: 'invalid_definition',
      message: expect.stringMatching(/^jsonSchema must be (a JSON Schema|an object with valid keywords)/),
    })
    return false
  }
}

const within = (held: object) => ({ type: 'object', properties: { a: held } })

const SUBSCHEMA =
  'items contains additionalProperties propertyNames unevaluatedItems unevaluatedProperties if then else not'
const SUBSCHEMAS = 'allOf anyOf oneOf prefixItems'
const NAMED_SUBSCHEMAS = 'properties patternProperties dependentSchemas $defs definitions'
const COUNTS = 'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains'
const NUMBERS = 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'

const KEYWORDS: [names: string, good: unknown[], bad: unknown[]][] = [
  [
    'type',
    ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer', ['string', 'null']],
    ['text', [], [7]],
  ],
  ['pattern', ['^a+$', '\\p{L}'], ['(', '\\p{None}', 7]],
  ['required', [[], ['a']], ['a', [7], {}]],
  ['enum', [[], [1, null, {}]], [{}, 'a']],
  [SUBSCHEMA, [true, false, {}, { type: 'string' }], ['string', null, 7, [], { type: 'text' }]],
  [SUBSCHEMAS, [[true, {}, { type: 'string' }]], [{}, 'a', [7], [{ type: 'text' }], [{}, { type: 'text' }]]],
  [NAMED_SUBSCHEMAS, [{ b: true, c: { type: 'string' } }], [[], 'a', { b: 7 }, { b: {}, c: { type: 'text' } }]],
  ['patternProperties', [{ '^b+$': {} }], [{ b: {}, '(': {} }]],
  [COUNTS, [0, 1, 2 ** 53 - 1], [-1, 0.5, '1', 2 ** 53]],
  [NUMBERS, [0, -1, 0.5, 2 ** 53], ['1', null, Number.NaN, Number.POSITIVE_INFINITY]],
]

describe.each(KEYWORDS.flatMap(([names, good, bad]) => names.split(' ').map((name) => ({ name, good, bad }))))(
  '$name',
  ({ name, good, bad }) => {
    test.each(good.map((held) => [held]))('may hold %j', (held) => {
      expect(isTaken(within({ [name]: held }))).toBe(true)
    })

    test.each(bad.map((held) => [held]))('must not hold %j', (held) => {
      expect(isTaken(within({ [name]: held }))).toBe(false)
    })
  },
)

describe('a reference', () => {
  const referring = ($ref: unknown) => ({ ...within({ $ref }), $defs: { b: { type: 'string' }, c: true, 'a/~': {} } })

  test.each(['#', '#/$defs/b', '#/$defs/c', '#/%24defs/b', '#/$defs/a~1~0'])('may lead to %s', ($ref) => {
    expect(isTaken(referring($ref))).toBe(true)
  })

  test.each([
    ['#/$defs/d'],
    ['#b'],
    ['b'],
    ['$defs/b'],
    ['/$defs/b'],
    ['https://a.example/schema'],
    ['#/%'],
    [''],
    [7],
  ])('must not be %j', ($ref) => {
    expect(isTaken(referring($ref))).toBe(false)
  })
})

test('a schema is at most 32 levels deep, and has at most 1000 subschemas', () => {
  const nested = (levels: number): object => (levels === 1 ? {} : { not: nested(levels - 1) })
  expect([31, 32, 33].map((levels) => isTaken(within(nested(levels - 1))))).toEqual([true, true, false])
  const wide = (count: number) => ({ $defs: Object.fromEntries(Array.from({ length: count }, (_, at) => [at, {}])) })
  expect([998, 999, 1000].map((count) => isTaken(wide(count)))).toEqual([true, true, false])
})

test('a schema is an object', () => {
  for (const value of [true, [], null, 'string', 7]) expect(isTaken(value as never)).toBe(false)
})

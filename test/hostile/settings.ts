// Settings as a server gives them, with some value within replaced by another.
import fc from 'fast-check'
import { Random, settings } from '../conformance/generate.js'
import { json, jsonSchema } from './values.js'

const KEY = 'io.github.mcp-request-context/context'

/** Most settings have fewer values. */
const PLACES = 40

const replaced = fc.tuple(fc.nat(), fc.nat(PLACES), fc.oneof(json, jsonSchema)).map(([seed, place, other]) => {
  let passed = 0
  return JSON.parse(JSON.stringify(settings(new Random(seed))), (_name, value) => (passed++ === place ? other : value))
})

const deep = fc.constantFrom(30, 31, 32, 33, 40, 2000).map((levels) => {
  let schema: object = { type: 'string' }
  for (let level = 1; level < levels; level++) schema = { not: schema }
  return schema
})

const wide = fc.constantFrom(998, 999, 1000, 5000).map((count) => ({ allOf: Array.from(Array(count), () => ({})) }))

export const spoiltSettings: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: replaced },
  {
    weight: 5,
    arbitrary: fc.oneof({ weight: 9, arbitrary: jsonSchema }, deep, wide).map((schema) => ({
      contexts: { [KEY]: { schema } },
    })),
  },
)

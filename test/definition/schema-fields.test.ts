// A bound field must be what its header carries, wherever its JSON Schema tells.
import { type } from 'arktype'
import { type ContextDefinition, ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newClient, newServer } from '../support/sdk.js'

const define = defineContext as unknown as (options: object) => ContextDefinition

const BINDINGS = {
  string: 'X-Field',
  integer: { name: 'X-Field', type: 'integer' },
  boolean: { name: 'X-Field', type: 'boolean' },
  Bearer: { name: 'Authorization', scheme: 'Bearer' },
} as const
type Binding = keyof typeof BINDINGS

const tree: z.ZodType = z.lazy(() => z.object({ field: tree }))
const given = (jsonSchema: object) => ({ schema: v.looseObject({}), jsonSchema })
const zod = (field: z.ZodType) => ({ schema: z.object({ field }) })

describe('a field may be bound', () => {
  it.each<[string, Binding, object]>([
    ['a string', 'string', zod(z.string())],
    ['a string as Authorization', 'Bearer', zod(z.string())],
    ['an optional one', 'string', zod(z.string().optional())],
    ['one with a default', 'integer', zod(z.int().default(1))],
    ['one that may be null', 'string', zod(z.string().nullable())],
    ['an enum', 'string', zod(z.enum(['a', 'b']))],
    ['a constant', 'boolean', zod(z.literal(true))],
    ['a number as an integer', 'integer', zod(z.number())],
    ['a union with its type', 'integer', zod(z.union([z.int(), z.string()]))],
    ['a type of input that differs from the output', 'string', zod(z.string().transform(Number))],
    ['anything', 'string', zod(z.unknown())],
    ['one that the schema does not name', 'string', { schema: z.looseObject({}) }],
    ['a field of a schema with dates', 'string', { schema: z.object({ field: z.string(), at: z.date() }) }],
    ['a string of arktype', 'string', { schema: type({ field: 'string' }) }],
    ['a field of valibot, which says nothing', 'string', { schema: v.object({ field: v.array(v.string()) }) }],
    ['a schema that refers to itself', 'string', given({ $ref: '#' })],
    ['types in a list', 'string', given({ properties: { field: { type: ['string', 'null'] } } })],
  ])('that is %s: %s', (_claim, binding, options) => {
    expect(define({ ...options, headers: { field: BINDINGS[binding] } }).headers).toHaveLength(1)
  })
})

describe('a field is refused', () => {
  it.each<[string, Binding, object, string | RegExp]>([
    ['allows object', 'string', zod(z.object({ id: z.string() })), 'allows object'],
    ['allows array', 'string', zod(z.array(z.string())), 'allows array'],
    ['a record', 'string', zod(z.record(z.string(), z.string())), 'allows object'],
    [
      'a string or an object',
      'string',
      zod(z.union([z.string(), z.object({})])),
      /allows (string, object|object, string)/,
    ],
    ['a number as a string', 'string', zod(z.number()), 'allows number, not only type'],
    ['a boolean as a string', 'string', zod(z.boolean()), 'allows boolean, not only type'],
    ['a string as an integer', 'integer', zod(z.string()), 'allows string, not only type'],
    ['an integer as a boolean', 'boolean', zod(z.int()), 'allows integer, not only type'],
    ['a number as Authorization', 'Bearer', zod(z.int()), 'allows integer, not only type string'],
    ['only null', 'string', zod(z.null()), 'allows null'],
    ['an array of arktype', 'string', { schema: type({ field: 'string[]' }) }, 'allows array'],
    ['an object by reference', 'string', { schema: z.object({ field: z.lazy(() => tree) }) }, 'allows object'],
    [
      'an object in a part of the schema',
      'string',
      { schema: z.intersection(z.object({ other: z.string() }), z.object({ field: z.object({}) })) },
      'allows object',
    ],
    [
      'an object in each of the alternatives',
      'string',
      { schema: z.union([z.object({ field: z.object({}) }), z.object({ field: z.array(z.string()) })]) },
      'allows object',
    ],
    [
      'an array in the JSON Schema that came with the definition',
      'string',
      given({ $defs: { list: { type: 'array' } }, properties: { field: { $ref: '#/$defs/list' } } }),
      'allows array',
    ],
  ])('that is %s: %s', (_claim, binding, options, says) => {
    const run = () => define({ ...options, headers: { field: BINDINGS[binding] } })
    expect(run).toThrow(ContextError)
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
    expect(run).toThrow(/^headers: "field": /)
    expect(run).toThrow(says)
  })
})

describe('no more is taken than a peer reads in the capabilities:', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => index)
  const schema = z.looseObject({})

  it('64 bound fields', () => {
    const bind = (count: number) =>
      define({ schema, headers: Object.fromEntries(many(count).map((index) => [`f${index}`, `X-F-${index}`])) })
    expect(bind(64).headers).toHaveLength(64)
    expect(() => bind(65)).toThrow('of at most 64 fields')
  })

  it('64 contexts', () => {
    const server = newServer(1)
    const client = newClient(1)
    const definitions = many(65).map((index) => define({ schema, key: `com.example/k${index}` }))
    for (const definition of definitions.slice(0, 64)) {
      installContext(server as never, definition)
      createContextClient(client, definition)
    }
    const last = definitions[64] as ContextDefinition
    expect(() => installContext(server as never, last)).toThrow('at most 64 contexts')
    expect(() => createContextClient(client, last)).toThrow('at most 64 contexts')
  })

  it('256 required methods', () => {
    const definition = define({ schema })
    const methods = (count: number) => many(count).map((index) => `com.example/m${index}`)
    installContext(newServer(1) as never, definition, { required: methods(256) })
    expect(() => installContext(newServer(1) as never, definition, { required: methods(257) })).toThrow(
      /^required must be .* a list of 1 to 256 methods/,
    )
  })
})

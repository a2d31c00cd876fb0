import { type } from 'arktype'
import {
  type ContextDefinition,
  type ContextError,
  type ContextErrorCode,
  type ContextInput,
  type ContextOutput,
  contextErrorFrom,
  decodeContext,
  defineContext,
  encodeContext,
  redactContext,
} from 'mcp-request-context'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

interface Plain {
  tenant: string
  retries?: number | undefined
}

describe('one schema has the same types in each library', () => {
  it('zod', () => {
    const definition = defineContext({ schema: z.object({ tenant: z.string(), retries: z.number().optional() }) })
    expectTypeOf(definition).toEqualTypeOf<ContextDefinition<Plain, Plain>>()
  })

  it('valibot', () => {
    const schema = v.object({ tenant: v.string(), retries: v.optional(v.number()) })
    expectTypeOf(defineContext({ schema })).toEqualTypeOf<ContextDefinition<Plain, Plain>>()
  })

  it('arktype', () => {
    const definition = defineContext({ schema: type({ tenant: 'string', 'retries?': 'number | undefined' }) })
    expectTypeOf(definition).toEqualTypeOf<ContextDefinition<Plain, Plain>>()
  })
})

describe('a schema that transforms has two types', () => {
  it('zod', () => {
    const definition = defineContext({
      schema: z.object({ count: z.string().transform(Number), region: z.string().default('eu') }),
    })
    expectTypeOf<ContextInput<typeof definition>>().toEqualTypeOf<{ count: string; region?: string | undefined }>()
    expectTypeOf<ContextOutput<typeof definition>>().toEqualTypeOf<{ count: number; region: string }>()
  })

  it('valibot', () => {
    const schema = v.object({ count: v.pipe(v.string(), v.transform(Number)), region: v.optional(v.string(), 'eu') })
    const definition = defineContext({ schema })
    expectTypeOf<ContextInput<typeof definition>>().toEqualTypeOf<{ count: string; region?: string | undefined }>()
    expectTypeOf<ContextOutput<typeof definition>>().toEqualTypeOf<{ count: number; region: string }>()
  })

  it('arktype', () => {
    const definition = defineContext({ schema: type({ count: 'string.numeric.parse', region: 'string = "eu"' }) })
    expectTypeOf<ContextInput<typeof definition>>().toEqualTypeOf<{ count: string; region?: string }>()
    expectTypeOf<ContextOutput<typeof definition>>().toEqualTypeOf<{ count: number; region: string }>()
  })

  it('asynchronous valibot', () => {
    const schema = v.objectAsync({
      count: v.pipeAsync(
        v.string(),
        v.transformAsync(async (text) => text.length),
      ),
    })
    const definition = defineContext({ schema })
    expectTypeOf<ContextInput<typeof definition>>().toEqualTypeOf<{ count: string }>()
    expectTypeOf<ContextOutput<typeof definition>>().toEqualTypeOf<{ count: number }>()
  })
})

describe('the options of a definition', () => {
  const schema = z.object({ tenant: z.string(), token: z.string(), retries: z.number() })

  it('name fields of the schema', () => {
    defineContext({ schema, headers: { tenant: 'X-Tenant-Id' }, sensitive: ['token'] })
    // @ts-expect-error a header of a field that the schema has not
    defineContext({ schema, headers: { tenat: 'X-Tenant-Id' } })
    // @ts-expect-error a sensitive field that the schema has not
    defineContext({ schema, sensitive: ['tokn'] })
    // @ts-expect-error the same in valibot
    defineContext({ schema: v.object({ tenant: v.string() }), sensitive: ['tokn'] })
    // @ts-expect-error the same in arktype
    defineContext({ schema: type({ tenant: 'string' }), headers: { tenat: 'X-Tenant-Id' } })
  })

  it('name the fields of the schema’s input, not of its output', () => {
    const renaming = z.object({ token: z.string() }).transform(({ token }) => ({ secret: token }))
    defineContext({ schema: renaming, sensitive: ['token'] })
    // @ts-expect-error a field of the output
    defineContext({ schema: renaming, sensitive: ['secret'] })
  })

  it('bind a header in one of the known forms', () => {
    defineContext({ schema, headers: { retries: { name: 'X-Retries', type: 'integer' } } })
    defineContext({ schema, headers: { token: { name: 'Authorization', scheme: 'Bearer' } } })
    // @ts-expect-error an unknown type
    defineContext({ schema, headers: { retries: { name: 'X-Retries', type: 'number' } } })
    // @ts-expect-error an unknown scheme
    defineContext({ schema, headers: { token: { name: 'Authorization', scheme: 'Basic' } } })
    // @ts-expect-error no name
    defineContext({ schema, headers: { retries: { type: 'integer' } } })
  })

  it('are known, and a schema is one of them', () => {
    // @ts-expect-error a misspelt option
    defineContext({ schema, sensitve: ['token'] })
    // @ts-expect-error a misspelt limit
    defineContext({ schema, limits: { maxByte: 1 } })
    // @ts-expect-error a limit that is a string
    defineContext({ schema, limits: { maxBytes: '1' } })
    // @ts-expect-error no schema
    defineContext({})
    // @ts-expect-error a JSON Schema
    defineContext({ schema: { type: 'object' } })
  })
})

describe('the codec', () => {
  const definition = defineContext({ schema: z.object({ count: z.string().transform(Number) }) })

  it('takes the input', () => {
    encodeContext(definition, { count: '7' })
    // @ts-expect-error the output
    encodeContext(definition, { count: 7 })
    // @ts-expect-error a missing field
    encodeContext(definition, {})
    // @ts-expect-error a misspelt field
    encodeContext(definition, { count: '7', conut: '7' })
  })

  it('gives the output, once it is known to be there', async () => {
    const decoded = await decodeContext(definition, { count: '7' })
    // @ts-expect-error it may have been refused
    decoded.context.count
    if (decoded.ok) expectTypeOf(decoded.context).toEqualTypeOf<{ count: number }>()
    else expectTypeOf(decoded.rejection.reason).toEqualTypeOf<'missing' | 'invalid' | 'too_large' | 'mismatch'>()
  })

  it('keeps the names of what it redacts', () => {
    const redacted = redactContext(definition, { count: 7 })
    expectTypeOf(redacted.count).toEqualTypeOf<number | string>()
    // @ts-expect-error a wrong field
    redacted.conut
  })
})

it('a definition cannot be changed', () => {
  const definition = defineContext({ schema: z.object({ tenant: z.string() }) })
  // @ts-expect-error read only
  definition.key = 'com.example/other'
  // @ts-expect-error read only
  definition.limits.maxBytes = 1
  // @ts-expect-error read only
  definition.sensitive.push('tenant')
})

it('the code of an error is one of a closed union', () => {
  expectTypeOf(contextErrorFrom).returns.toEqualTypeOf<ContextError | undefined>()
  expectTypeOf<ContextError['code']>().toEqualTypeOf<ContextErrorCode>()
  expectTypeOf<ContextErrorCode>().toEqualTypeOf<
    | 'invalid_definition'
    | 'missing'
    | 'invalid'
    | 'too_large'
    | 'mismatch'
    | 'conflict'
    | 'already_connected'
    | 'outside_request'
    | 'not_installed'
    | 'unsupported'
    | 'redirected'
  >()
})

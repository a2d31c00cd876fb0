import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { type } from 'arktype'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { type InheritedContext, inheritContext } from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const INFO = { name: 'test', version: '1.0.0' }
const definition = defineContext({
  schema: z.object({
    tenant: z.string(),
    token: z.string(),
    count: z.string().transform(Number),
    region: z.string().default('eu'),
  }),
})
const v1 = createContextClient(new ClientV1(INFO), definition)
const v2 = createContextClient(new ClientV2(INFO), definition)

describe('inheritContext', () => {
  it('gives the schema’s input of the named fields', () => {
    const inherit = inheritContext(definition, ['tenant', 'count', 'region'])
    interface Inherited {
      readonly tenant: string | undefined
      readonly count: string | undefined
      readonly region?: string | undefined
    }
    expectTypeOf(inherit()).toEqualTypeOf<Inherited | undefined>()
    expectTypeOf<InheritedContext<typeof definition, 'tenant'>>().toEqualTypeOf<{
      readonly tenant: string | undefined
    }>()
    // @ts-expect-error a field that is not named
    inherit()?.token
    // @ts-expect-error there may be none
    inherit().tenant
    const inherited = inherit()
    // @ts-expect-error it is frozen
    if (inherited) inherited.tenant = 'acme'
  })

  it('gives every field for all, and is a source', () => {
    const inherit = inheritContext(definition, 'all')
    expectTypeOf(inherit()).toEqualTypeOf<InheritedContext<typeof definition> | undefined>()
    expectTypeOf(inherit()?.token).toEqualTypeOf<string | undefined>()
    v1.withContext(inherit).withContext({ token: 'own' })
    v2.withContext(inherit)
    // @ts-expect-error another word
    inheritContext(definition, 'every')
  })

  it('takes the fields of the definition', () => {
    // @ts-expect-error a misspelt field
    inheritContext(definition, ['tenat'])
    // @ts-expect-error a misspelt field beside a right one
    inheritContext(definition, ['tenant', 'tenat'])
    // @ts-expect-error one name alone
    inheritContext(definition, 'tenant')
    // @ts-expect-error no fields
    inheritContext(definition)
    // @ts-expect-error a schema alone
    inheritContext(definition.schema, ['tenant'])
  })

  it('knows the fields of valibot and arktype', () => {
    inheritContext(defineContext({ schema: v.object({ tenant: v.string() }) }), ['tenant'])
    // @ts-expect-error a misspelt field
    inheritContext(defineContext({ schema: v.object({ tenant: v.string() }) }), ['tenat'])
    inheritContext(defineContext({ schema: type({ tenant: 'string' }) }), ['tenant'])
    // @ts-expect-error a misspelt field
    inheritContext(defineContext({ schema: type({ tenant: 'string' }) }), ['tenat'])
  })

  it('is a source of a client with the same definition', () => {
    const inherit = inheritContext(definition, ['tenant', 'count'])
    expectTypeOf(v1.withContext(inherit)).toEqualTypeOf(v1)
    expectTypeOf(v2.withContext(inherit)).toEqualTypeOf(v2)
    expectTypeOf(createContextClient(new ClientV2(INFO), definition, { context: inherit })).toEqualTypeOf(v2)
    v1.withContext(async () => ({ ...inherit(), token: 'TOKEN_2' }))
  })

  it('is a source of a client with another definition of such fields', () => {
    const behind = defineContext({ schema: z.object({ tenant: z.string(), region: z.string().optional() }) })
    const client = createContextClient(new ClientV1(INFO), behind)
    client.withContext(inheritContext(definition, ['tenant']))
    client.withContext(inheritContext(definition, ['tenant', 'region']))
    client.withContext(() => ({ tenant: inheritContext(definition, ['region'])()?.region }))
    // @ts-expect-error a field that the other definition does not have
    client.withContext(inheritContext(definition, ['tenant', 'token']))
    const other = createContextClient(new ClientV1(INFO), defineContext({ schema: z.object({ tenant: z.number() }) }))
    // @ts-expect-error a field of another type
    other.withContext(inheritContext(definition, ['tenant']))
  })
})

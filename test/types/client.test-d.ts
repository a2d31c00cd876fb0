import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { type } from 'arktype'
import { defineContext } from 'mcp-request-context'
import { type ContextClient, type ContextRequest, createContextClient } from 'mcp-request-context/client'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const INFO = { name: 'test', version: '1.0.0' }
const definition = defineContext({
  schema: z.object({
    tenant: z.string(),
    token: z.string().optional(),
    count: z.string().transform(Number).optional(),
  }),
})
const v1 = createContextClient(new ClientV1(INFO), definition)
const v2 = createContextClient(new ClientV2(INFO), definition)

describe('withContext', () => {
  it('takes the fields of the schema’s input on a client of SDK 1.x', () => {
    v1.withContext({ tenant: 'acme', count: '7' })
    // @ts-expect-error a misspelt field
    v1.withContext({ tenat: 'acme' })
    // @ts-expect-error a misspelt field beside a right one
    v1.withContext({ tenant: 'acme', tokn: 'x' })
    // @ts-expect-error a wrong type
    v1.withContext({ tenant: 7 })
    // @ts-expect-error the type that the schema gives, not the one that it takes
    v1.withContext({ count: 7 })
  })

  it('takes the fields of the schema’s input on a client of SDK 2.x', () => {
    v2.withContext({ tenant: 'acme', count: '7' })
    // @ts-expect-error a misspelt field
    v2.withContext({ tenat: 'acme' })
    // @ts-expect-error a misspelt field beside a right one
    v2.withContext({ tenant: 'acme', tokn: 'x' })
    // @ts-expect-error a wrong type
    v2.withContext({ tenant: 7 })
    // @ts-expect-error the type that the schema gives, not the one that it takes
    v2.withContext({ count: 7 })
  })

  it('takes a part of the fields, and undefined for one that goes', () => {
    v1.withContext({ token: 'x' }).withContext({ tenant: undefined })
    v1.withContext({})
  })

  it('takes neither nothing nor what is no source', () => {
    // @ts-expect-error nothing
    v1.withContext()
    // @ts-expect-error null
    v1.withContext(null)
    // @ts-expect-error a string
    v1.withContext('acme')
    // @ts-expect-error a promise, which would be asked once and not for each request
    v1.withContext(Promise.resolve({ tenant: 'acme' }))
  })

  it('knows the fields of valibot and arktype', () => {
    const valibot = createContextClient(new ClientV1(INFO), defineContext({ schema: v.object({ tenant: v.string() }) }))
    valibot.withContext({ tenant: 'acme' })
    // @ts-expect-error a misspelt field
    valibot.withContext({ tenat: 'acme' })
    // @ts-expect-error a wrong type
    valibot.withContext({ tenant: 7 })
    const arktype = createContextClient(new ClientV2(INFO), defineContext({ schema: type({ tenant: 'string' }) }))
    arktype.withContext({ tenant: 'acme' })
    // @ts-expect-error a misspelt field
    arktype.withContext({ tenat: 'acme' })
    // @ts-expect-error a wrong type
    arktype.withContext({ tenant: 7 })
  })
})

describe('a source function', () => {
  it('may be synchronous or asynchronous, and may have nothing to add', () => {
    v1.withContext(() => ({ tenant: 'acme' }))
    v1.withContext(async () => ({ tenant: 'acme' }))
    v1.withContext(() => undefined)
    v2.withContext(async () => undefined)
    v2.withContext(async ({ method }) => (method === 'ping' ? undefined : { tenant: method }))
  })

  it('is told about the request', () => {
    v1.withContext((request) => {
      expectTypeOf(request).toEqualTypeOf<ContextRequest>()
      expectTypeOf(request.method).toEqualTypeOf<string>()
      expectTypeOf(request.params).toEqualTypeOf<unknown>()
      expectTypeOf(request.signal).toEqualTypeOf<AbortSignal | undefined>()
      return { tenant: request.method }
    })
  })

  it('gives fields of the schema’s input', () => {
    // @ts-expect-error a misspelt field
    v1.withContext(() => ({ tenat: 'acme' }))
    // @ts-expect-error a misspelt field, later
    v2.withContext(async () => ({ tenat: 'acme' }))
    // @ts-expect-error a misspelt field beside a right one
    v1.withContext(() => ({ tenant: 'acme', tokn: 'x' }))
    // @ts-expect-error a misspelt field beside a right one, later
    v2.withContext(async () => ({ tenant: 'acme', tokn: 'x' }))
    // @ts-expect-error a misspelt field on one of the ways out
    v2.withContext(async ({ method }) => (method === 'ping' ? undefined : { tenant: 'acme', tokn: 'x' }))
    // @ts-expect-error a wrong type
    v1.withContext(() => ({ tenant: 7 }))
    // @ts-expect-error a wrong type, later
    v2.withContext(async () => ({ tenant: 7 }))
    // @ts-expect-error no fields
    v1.withContext(() => 'acme')
  })
})

describe('the context to begin with', () => {
  it('is a source like any other', () => {
    createContextClient(new ClientV1(INFO), definition, { context: { tenant: 'acme' } })
    createContextClient(new ClientV2(INFO), definition, { context: async () => ({ tenant: 'acme' }) })
    // @ts-expect-error a misspelt field
    createContextClient(new ClientV1(INFO), definition, { context: { tenat: 'acme' } })
    // @ts-expect-error a wrong type
    createContextClient(new ClientV2(INFO), definition, { context: { tenant: 7 } })
    // @ts-expect-error a misspelt field beside a right one, of a function
    createContextClient(new ClientV2(INFO), definition, { context: () => ({ tenant: 'acme', tokn: 'x' }) })
    // @ts-expect-error a misspelt option
    createContextClient(new ClientV1(INFO), definition, { contxt: { tenant: 'acme' } })
  })
})

describe('a view', () => {
  it('is the client, with withContext', () => {
    expectTypeOf(v1).toEqualTypeOf<ContextClient<ClientV1, typeof definition>>()
    expectTypeOf(v1).toExtend<ClientV1>()
    expectTypeOf(v2).toExtend<ClientV2>()
  })

  it('of a view is of the same type', () => {
    expectTypeOf(v1.withContext({ tenant: 'acme' })).toEqualTypeOf(v1)
    expectTypeOf(v2.withContext({ tenant: 'acme' }).withContext(async () => ({ token: 'x' }))).toEqualTypeOf(v2)
    // @ts-expect-error a misspelt field in the second link of a chain
    v2.withContext({ tenant: 'acme' }).withContext({ tokn: 'x' })
  })

  it('keeps the methods of a client of SDK 1.x', () => {
    expectTypeOf(v1.callTool).toEqualTypeOf<ClientV1['callTool']>()
    expectTypeOf(v1.request).toEqualTypeOf<ClientV1['request']>()
    expectTypeOf(v1.listTools).returns.resolves.toEqualTypeOf<Awaited<ReturnType<ClientV1['listTools']>>>()
    expectTypeOf(v1.experimental).toEqualTypeOf<ClientV1['experimental']>()
    // @ts-expect-error a verb that there is not
    v1.callTols({ name: 'whoami' })
    // @ts-expect-error a call without a name
    v1.callTool({ nam: 'whoami' })
  })

  it('keeps the methods of a client of SDK 2.x', async () => {
    expectTypeOf(v2.callTool).toEqualTypeOf<ClientV2['callTool']>()
    expectTypeOf(v2.request).toEqualTypeOf<ClientV2['request']>()
    const result = await v2.withContext({ tenant: 'acme' }).callTool({ name: 'whoami' })
    expectTypeOf(result).toEqualTypeOf<Awaited<ReturnType<ClientV2['callTool']>>>()
    // @ts-expect-error a member that no result has
    result.content.txt
  })

  it('may be of a server, for sampling and elicitation', () => {
    const server1 = createContextClient(new McpServerV1(INFO).server, definition)
    expectTypeOf(server1.createMessage).toEqualTypeOf<McpServerV1['server']['createMessage']>()
    const server2 = createContextClient(new McpServerV2(INFO).server, definition)
    expectTypeOf(server2.elicitInput).toEqualTypeOf<McpServerV2['server']['elicitInput']>()
    // @ts-expect-error a misspelt field
    server1.withContext({ tenat: 'acme' })
  })

  it('is of something that sends requests', () => {
    // @ts-expect-error a plain object
    createContextClient({}, definition)
    // @ts-expect-error no definition
    createContextClient(new ClientV1(INFO), { schema: definition.schema })
  })
})

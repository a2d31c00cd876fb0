import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { type } from 'arktype'
import { defineContext } from 'mcp-request-context'
import {
  contextTransport,
  forwardHeaders,
  getContext,
  getHttpHeaders,
  installContext,
  type RequiredRequest,
  readContext,
  runWithContext,
  tryGetContext,
} from 'mcp-request-context/server'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const INFO = { name: 'test', version: '1.0.0' }
const definition = defineContext({
  schema: z.object({ tenant: z.string(), count: z.string().transform(Number), region: z.string().default('eu') }),
})
interface Output {
  tenant: string
  count: number
  region: string
}

describe('an accessor gives the schema’s output', () => {
  it('getContext', () => {
    expectTypeOf(getContext(definition)).toEqualTypeOf<Output>()
    // @ts-expect-error a wrong field
    getContext(definition).tenat
    // @ts-expect-error the type that the schema takes, not the one that it gives
    getContext(definition).count.length
  })

  it('tryGetContext, or undefined', () => {
    expectTypeOf(tryGetContext(definition)).toEqualTypeOf<Output | undefined>()
    // @ts-expect-error there may be none
    tryGetContext(definition).tenant
    // @ts-expect-error a wrong field
    tryGetContext(definition)?.tenat
  })

  it('readContext, in a handler of SDK 1.x', () => {
    new McpServerV1(INFO).registerTool('whoami', {}, (extra) => {
      const context = readContext(definition, extra)
      expectTypeOf(context).toEqualTypeOf<Output>()
      // @ts-expect-error a wrong field
      context.tenat
      return { content: [] }
    })
  })

  it('readContext, in a handler of SDK 2.x', () => {
    new McpServerV2(INFO).registerTool('whoami', {}, (context) => {
      expectTypeOf(readContext(definition, context)).toEqualTypeOf<Output>()
      // @ts-expect-error a wrong field
      readContext(definition, context).tenat
      return { content: [] }
    })
  })

  it('of valibot and arktype', () => {
    const valibot = defineContext({ schema: v.object({ count: v.pipe(v.string(), v.transform(Number)) }) })
    expectTypeOf(getContext(valibot)).toEqualTypeOf<{ count: number }>()
    const arktype = defineContext({ schema: type({ count: 'string.numeric.parse' }) })
    expectTypeOf(getContext(arktype)).toEqualTypeOf<{ count: number }>()
    // @ts-expect-error a wrong field
    getContext(valibot).conut
    // @ts-expect-error a wrong field
    getContext(arktype).conut
  })

  it('and needs a definition', () => {
    // @ts-expect-error none
    getContext()
    // @ts-expect-error a schema alone
    getContext(definition.schema)
    // @ts-expect-error no handler’s argument
    readContext(definition)
  })
})

describe('installContext', () => {
  it('gives back the server, of either SDK major, or the client', () => {
    expectTypeOf(installContext(new McpServerV1(INFO), definition)).toEqualTypeOf<McpServerV1>()
    expectTypeOf(installContext(new McpServerV2(INFO), definition)).toEqualTypeOf<McpServerV2>()
    expectTypeOf(installContext(new McpServerV1(INFO).server, definition)).toEqualTypeOf<McpServerV1['server']>()
    expectTypeOf(installContext(new McpServerV2(INFO).server, definition)).toEqualTypeOf<McpServerV2['server']>()
    expectTypeOf(installContext(new ClientV1(INFO), definition)).toEqualTypeOf<ClientV1>()
    expectTypeOf(installContext(new ClientV2(INFO), definition)).toEqualTypeOf<ClientV2>()
  })

  it('takes what is required as a boolean, a list or a predicate', () => {
    const server = new McpServerV1(INFO)
    installContext(server, definition, { required: true })
    installContext(server, definition, { required: ['tools/call'] })
    installContext(server, definition, {
      required: (request) => {
        expectTypeOf(request).toEqualTypeOf<RequiredRequest>()
        return request.method === 'tools/call'
      },
    })
    // @ts-expect-error one method alone
    installContext(server, definition, { required: 'tools/call' })
    // @ts-expect-error an asynchronous predicate
    installContext(server, definition, { required: async () => true })
    // @ts-expect-error a misspelt option
    installContext(server, definition, { require: true })
  })

  it('takes no transport and no definition’s options', () => {
    // @ts-expect-error a transport
    installContext(new InMemoryTransport(), definition)
    // @ts-expect-error the options of a definition
    installContext(new McpServerV1(INFO), { schema: definition.schema })
  })
})

it('contextTransport gives back the transport', () => {
  const http = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  expectTypeOf(contextTransport(http, definition)).toEqualTypeOf<StreamableHTTPServerTransport>()
  expectTypeOf(contextTransport(new InMemoryTransport(), definition)).toEqualTypeOf<InMemoryTransport>()
  // @ts-expect-error a server
  contextTransport(new McpServerV1(INFO), definition)
})

describe('runWithContext', () => {
  it('takes the schema’s input', () => {
    runWithContext(definition, { tenant: 'acme', count: '7' }, () => 1)
    // @ts-expect-error the output
    runWithContext(definition, { tenant: 'acme', count: 7 }, () => 1)
    // @ts-expect-error a missing field
    runWithContext(definition, { tenant: 'acme' }, () => 1)
    // @ts-expect-error a misspelt field
    runWithContext(definition, { tenant: 'acme', count: '7', regon: 'eu' }, () => 1)
  })

  it('gives what the function gives', () => {
    const value = { tenant: 'acme', count: '7' }
    expectTypeOf(runWithContext(definition, value, () => 1)).toEqualTypeOf<number | Promise<number>>()
    const later = runWithContext(definition, value, async () => 'x')
    expectTypeOf<Awaited<typeof later>>().toEqualTypeOf<string>()
  })
})

it('getHttpHeaders and forwardHeaders give Headers', () => {
  expectTypeOf(getHttpHeaders()).toEqualTypeOf<Headers>()
  // @ts-expect-error it has no options
  getHttpHeaders({ includeAll: true })
  expectTypeOf(forwardHeaders(['X-Tenant-Id'])).toEqualTypeOf<Headers>()
  // @ts-expect-error one name alone
  forwardHeaders('X-Tenant-Id')
  // @ts-expect-error no names
  forwardHeaders()
})

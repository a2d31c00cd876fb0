import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { Server as LowServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Server as LowServerV2, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createContextClient } from 'mcp-request-context/client'
import { contextTransport, installContext } from 'mcp-request-context/server'
import {
  type ConnectedPair,
  connectPair,
  type LinkedTransport,
  linkedTransports,
  type SentMessage,
} from 'mcp-request-context/testing'
import { describe, expectTypeOf, it } from 'vitest'
import { testContext } from '../support/contexts.js'

const INFO = { name: 'test', version: '1.0.0' }

describe('connectPair', () => {
  it('takes the servers and the clients of both majors, and views', () => {
    for (const server of [new McpServerV1(INFO), new McpServerV2(INFO), new LowServerV1(INFO), new LowServerV2(INFO)]) {
      const installed = installContext(server, testContext)
      expectTypeOf(connectPair(installed, new ClientV1(INFO))).toEqualTypeOf<Promise<ConnectedPair>>()
      connectPair(installed, new ClientV2(INFO))
      connectPair(installed, createContextClient(new ClientV1(INFO), testContext))
      connectPair(installed, createContextClient(new ClientV2(INFO), testContext).withContext({ tenant: 'acme' }))
    }
  })

  it('takes what connects a transport to a server', () => {
    const makeServer = () => new McpServerV2(INFO)
    connectPair({ connect: (transport) => serveStdio(makeServer, { transport }) }, new ClientV2(INFO))
  })

  it('takes no server in the place of the client, and nothing else', () => {
    // @ts-expect-error swapped
    connectPair(new ClientV1(INFO), new McpServerV1(INFO))
    // @ts-expect-error swapped
    connectPair(new ClientV2(INFO), new LowServerV2(INFO))
    // @ts-expect-error a factory
    connectPair(() => new McpServerV1(INFO), new ClientV1(INFO))
    // @ts-expect-error no client
    connectPair(new McpServerV1(INFO))
    // @ts-expect-error a misspelt option
    connectPair(new McpServerV1(INFO), new ClientV1(INFO), { header: {} })
  })

  it('takes headers in all that a Headers is made of, or a function of the message', () => {
    const [server, client] = [new McpServerV1(INFO), new ClientV1(INFO)]
    connectPair(server, client, { headers: { 'X-Tenant-Id': 'acme' } })
    connectPair(server, client, { headers: new Headers() })
    connectPair(server, client, { headers: [['X-Tenant-Id', 'acme']] })
    connectPair(server, client, {
      headers: (message) => {
        expectTypeOf(message).toEqualTypeOf<SentMessage>()
        return { 'X-Method': message.method ?? '' }
      },
    })
    // @ts-expect-error an asynchronous function
    connectPair(server, client, { headers: async () => ({}) })
  })

  it('gives messages of known members', () => {
    expectTypeOf<ConnectedPair['sent']['client'][number]['params']>().toEqualTypeOf<SentMessage['params']>()
    expectTypeOf<ConnectedPair>().toExtend<AsyncDisposable>()
  })
})

it('linkedTransports gives transports of both majors', () => {
  const ends = linkedTransports()
  expectTypeOf(contextTransport(ends.server, testContext)).toEqualTypeOf<LinkedTransport>()
  expectTypeOf(ends.server).toExtend<Parameters<McpServerV1['connect']>[0]>()
  expectTypeOf(ends.server).toExtend<Parameters<McpServerV2['connect']>[0]>()
  expectTypeOf(ends.client).toExtend<Parameters<ClientV1['connect']>[0]>()
  expectTypeOf(ends.client).toExtend<Parameters<ClientV2['connect']>[0]>()
})

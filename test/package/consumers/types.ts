import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { type ContextOutput, defineContext } from 'mcp-request-context'
import { type ContextSource, createContextClient } from 'mcp-request-context/client'
import { encodeHeaderValue } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { type ConnectedPair, connectPair } from 'mcp-request-context/testing'
import { z } from 'zod'

export const definition = defineContext({
  schema: z.object({ tenant: z.string(), retries: z.number().default(1) }),
  headers: { tenant: 'X-Tenant-Id' },
  sensitive: ['tenant'],
})
export const source: ContextSource<typeof definition> = async ({ method }) => ({ tenant: method })
export const one = createContextClient(new ClientV1({ name: 'c', version: '1' }), definition).withContext(source)
export const two = createContextClient(new ClientV2({ name: 'c', version: '1' }), definition).withContext({
  tenant: 'a',
})
export const call = async () => [await one.callTool({ name: 't' }), await two.listTools()]
export const servers: [McpServerV1, McpServerV2] = [
  installContext(new McpServerV1({ name: 's', version: '1' }), definition),
  installContext(new McpServerV2({ name: 's', version: '1' }), definition, { required: ['tools/call'] }),
]
export const pairs = async (): Promise<ConnectedPair[]> => [
  await connectPair(servers[0], two, { headers: { 'X-Tenant-Id': 'a' } }),
  await connectPair(servers[1], one, { headers: ({ method = '' }) => [['X-Method', method]] }),
]
export const retries: () => number = () => getContext(definition).retries
export const output: ContextOutput<typeof definition> = { tenant: encodeHeaderValue('a'), retries: 2 }

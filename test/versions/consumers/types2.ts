// What a user writes, with the types of one version of SDK 2.
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { McpServer, Server } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextTransport, getContext, installContext, readContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { requestContext } from './context.js'

const INFO = { name: 'types', version: '1.0.0' }

export const mcpServer: McpServer = installContext(new McpServer(INFO), requestContext, { required: true })
mcpServer.registerTool('whoami', { description: 'Who is calling', inputSchema: z.object({}) }, async (_, ctx) => {
  const tenant: string = readContext(requestContext, ctx).tenant
  const retries: number | undefined = getContext(requestContext).retries
  return { content: [{ type: 'text', text: `${tenant} ${retries}` }] }
})
export const server: Server = installContext(new Server(INFO, { capabilities: {} }), requestContext)
export const transport: StdioServerTransport = contextTransport(new StdioServerTransport(), requestContext)

export const client = installContext(new Client(INFO), requestContext)
export async function use(): Promise<string[]> {
  const root = createContextClient(client, requestContext, { requireSupport: true })
  await root.connect(new StdioClientTransport({ command: 'server' }))
  const view = root.withContext({ tenant: 'acme' }).withContext(async ({ method }) => ({ token: method }))
  const { tools } = await view.listTools({}, { timeout: 1000 })
  const result = await view.callTool({ name: 'whoami' }, { signal: AbortSignal.timeout(1000) })
  await createContextClient(mcpServer.server, requestContext).withContext({ tenant: 'acme' }).listRoots()
  return [...supportedContexts(view).keys(), ...tools.map(({ name }) => name), String(result.isError)]
}

// What a user writes, with the types of one version of SDK 1.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextTransport, getContext, installContext, readContext } from 'mcp-request-context/server'
import { requestContext } from './context.js'

const INFO = { name: 'types', version: '1.0.0' }

export const mcpServer: McpServer = installContext(new McpServer(INFO), requestContext, { required: true })
mcpServer.registerTool('whoami', { description: 'Who is calling', inputSchema: {} }, async (_, extra) => {
  const tenant: string = readContext(requestContext, extra).tenant
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
  const result = await view.callTool({ name: 'whoami' }, undefined, { signal: AbortSignal.timeout(1000) })
  await createContextClient(mcpServer.server, requestContext).withContext({ tenant: 'acme' }).listRoots()
  return [...supportedContexts(view).keys(), ...tools.map(({ name }) => name), String(result.isError)]
}

// The server of the agent's tools. It answers a call only if the header has the same tenant as the context.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'tools', version: '1.0.0' })
  installContext(server, callContext, { required: true, http: { verify: 'strict' } })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
})

export async function serveTools() {
  const http = createServer(toNodeHandler(handler))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    async close() {
      await handler.close()
      http.close()
      http.closeAllConnections()
    },
  }
}

// Hono with SDK 1, without sessions: each request gets its own server.
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { Hono } from 'hono'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { serve } from '../serve.js'

function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'hono', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
}

const app = new Hono()
app.post('/mcp', async (c) => {
  const transport = new WebStandardStreamableHTTPServerTransport()
  await createMcpServer().connect(transport)
  return transport.handleRequest(c.req.raw)
})
app.all('/mcp', (c) => c.body(null, 405))

serve(createServer(getRequestListener(app.fetch)))

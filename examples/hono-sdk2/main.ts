// Hono with SDK 2.
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createMcpHonoApp } from '@modelcontextprotocol/hono'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { serve } from '../serve.js'

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'hono-sdk2', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
})

const app = createMcpHonoApp()
app.all('/mcp', (c) => handler.fetch(c.req.raw))

serve(createServer(getRequestListener(app.fetch)), { close: () => handler.close() })

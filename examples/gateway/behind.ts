// The server behind the gateway. Its tool answers with everything that came with the call, to show that no token came.
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { installContext } from 'mcp-request-context/server'
import { behindContext } from './context.js'

serveStdio(() => {
  const server = new McpServer({ name: 'behind', version: '1.0.0' })
  installContext(server, behindContext, { required: true })
  server.registerTool('whoami', { description: 'What came with the call' }, async (ctx) => {
    return { content: [{ type: 'text', text: JSON.stringify(ctx.mcpReq._meta) }] }
  })
  return server
})

// node:http with SDK 2.
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { serve } from '../serve.js'

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'node', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
})

serve(createServer(toNodeHandler(handler)), { close: () => handler.close() })

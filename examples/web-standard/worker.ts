// A fetch handler and SDK 2, as Workers, Deno and Bun take it; on Workers with the flag nodejs_als.
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'web-standard', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
})

// Alone: a second argument, such as the environment of a Worker, would be taken for options.
export default { fetch: (request: Request) => handler.fetch(request) }

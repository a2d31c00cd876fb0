// A fetch handler with SDK 2, for Workers, Deno and Bun. On Workers, set the flag nodejs_als.
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

// Pass the request only. Workers give a second argument (the environment), which handler.fetch would read as options.
export default { fetch: (request: Request) => handler.fetch(request) }

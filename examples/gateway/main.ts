// A gateway: a server that is also the client of another server. It passes on the tenant and the locale of each call. It
// does not pass on the token, which was issued for the gateway.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createContextClient } from 'mcp-request-context/client'
import { inheritContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { serve } from '../serve.js'
import { behindContext } from './context.js'

// One client and one connection for all requests. Connect before the first request arrives.
const behind = createContextClient(new Client({ name: 'gateway', version: '1.0.0' }), behindContext, {
  context: inheritContext(callContext, ['tenant', 'locale']),
})
const file = fileURLToPath(new URL('behind.ts', import.meta.url))
await behind.connect(new StdioClientTransport({ command: process.execPath, args: ['--import', 'tsx', file] }))

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'gateway', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling, says the server behind' }, () => {
    return behind.callTool({ name: 'whoami' })
  })
  return server
})

serve(createServer(toNodeHandler(handler)), {
  async close() {
    await handler.close()
    await behind.close()
  },
})

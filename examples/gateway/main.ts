// A gateway: a server that is the client of another. Of each call's context it passes on the tenant and the locale; the
// token, which is for the gateway, stays here.
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

// One client and one connection for all requests, opened before any comes.
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

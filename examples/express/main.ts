// Express with SDK 1. Each client has a session, and each call in it has its own context.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { getContext, installContext } from 'mcp-request-context/server'
import { callContext } from '../context.js'
import { serve } from '../serve.js'

function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'express', version: '1.0.0' })
  installContext(server, callContext, { required: true })
  server.registerTool('whoami', { description: 'Who is calling' }, async () => {
    const { tenant, locale } = getContext(callContext)
    return { content: [{ type: 'text', text: `${tenant} ${locale}` }] }
  })
  return server
}

const sessions = new Map<string, StreamableHTTPServerTransport>()

async function startSession(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  await createMcpServer().connect(transport)
  return transport
}

const app = express()
app.use(express.json())
app.all('/mcp', async (request, response) => {
  const id = request.get('mcp-session-id')
  const transport = id === undefined ? await startSession() : sessions.get(id)
  if (transport === undefined) return void response.sendStatus(404)
  await transport.handleRequest(request, response, request.body)
})

serve(createServer(app))

// An agent with the MCP client of the AI SDK. All users share this client. Each call carries the context of its user, and
// contextFetch mirrors the tenant into its header.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createMCPClient } from '@ai-sdk/mcp'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { ContextInput } from 'mcp-request-context'
import { contextFetch } from 'mcp-request-context/http'
import { callContext } from '../context.js'
import { serve } from '../serve.js'
import { attachContext } from './attach-context.js'
import { serveTools } from './tools.js'

type User = ContextInput<typeof callContext>

// Replace this with your sessions.
const USERS = new Map<unknown, User>([
  ['Bearer SESSION_1', { tenant: 'acme', locale: 'fr', token: 'TOKEN_1' }],
  ['Bearer SESSION_2', { tenant: 'globex', token: 'TOKEN_2' }],
])
const currentUser = new AsyncLocalStorage<User>()

const server = await serveTools()
const transport = new StreamableHTTPClientTransport(server.url, { fetch: contextFetch(callContext) })
const client = await createMCPClient({ transport: attachContext(transport, () => currentUser.getStore()) })
const tools = await client.tools()

/** Replace this with generateText({ model, tools, prompt }), whose model calls the tool. */
async function answer(): Promise<string> {
  await wait(50)
  return JSON.stringify(await tools.whoami?.execute({}, { toolCallId: '1', messages: [] }))
}

const http = createServer(async (request, response) => {
  const user = USERS.get(request.headers.authorization)
  if (user === undefined) return response.writeHead(401).end()
  try {
    response.end(await currentUser.run(user, answer))
  } catch (error) {
    console.error(error)
    response.writeHead(502).end()
  }
})
serve(http, {
  path: '/',
  async close() {
    await client.close()
    await server.close()
  },
})

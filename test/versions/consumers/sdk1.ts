// The claims on every transport of one version of SDK 1.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, type InstallOptions, installContext } from 'mcp-request-context/server'
import { type Caller, type Connected, type ConnectOptions, call, checkClaims } from './claims.js'
import { requestContext } from './context.js'
import { listen, transportOptions } from './http.js'
import { claim, end } from './report.js'
import { setUp } from './tools.js'

const INFO = { name: 'versions', version: '1.0.0' }

const newClient = (options: object = {}) =>
  new Client(INFO, { capabilities: { roots: { listChanged: true } }, ...options })
const newServer = (install?: InstallOptions) => setUp(new McpServer(INFO), install)

async function connected(transport: Transport): Promise<Connected> {
  const client = newClient()
  await client.connect(transport)
  return { client: client as unknown as Caller }
}

async function inMemory({ install }: ConnectOptions = {}): Promise<Connected> {
  const [near, far] = InMemoryTransport.createLinkedPair()
  await newServer(install).connect(far)
  return connected(near)
}

async function overHttp(options: ConnectOptions = {}): Promise<Connected> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const { url, mirrored } = await listen(async (request, response, body) => {
    const transport = sessions.get(String(request.headers['mcp-session-id'])) ?? (await newSession())
    await transport.handleRequest(request, response, body)
  })
  async function newSession() {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, transport)
      },
    })
    await newServer(options.install).connect(transport)
    return transport
  }
  return { ...(await connected(new StreamableHTTPClientTransport(url, transportOptions(options)))), mirrored }
}

async function overStatelessHttp(options: ConnectOptions = {}): Promise<Connected> {
  const { url, mirrored } = await listen(async (request, response, body) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true })
    await newServer(options.install).connect(transport)
    await transport.handleRequest(request, response, body)
  })
  return { ...(await connected(new StreamableHTTPClientTransport(url, transportOptions(options)))), mirrored }
}

async function overSse(options: ConnectOptions = {}): Promise<Connected> {
  const sessions = new Map<string, SSEServerTransport>()
  const { url, mirrored } = await listen(async (request, response, body) => {
    if (request.method !== 'GET') {
      const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
      await sessions.get(String(id))?.handlePostMessage(request, response, body)
      return
    }
    const transport = new SSEServerTransport('/messages', response)
    sessions.set(transport.sessionId, transport)
    await newServer(options.install).connect(transport)
  })
  return { ...(await connected(new SSEClientTransport(url, transportOptions(options)))), mirrored }
}

async function overStdio(): Promise<Connected> {
  return connected(new StdioClientTransport({ command: process.execPath, args: ['sdk1-stdio.js'] }))
}

await checkClaims({ name: 'in memory', connect: inMemory, session: true })
await checkClaims({ name: 'Streamable HTTP', connect: overHttp, http: true, session: true })
await checkClaims({ name: 'Streamable HTTP without sessions', connect: overStatelessHttp, http: true })
await checkClaims({ name: 'HTTP+SSE', connect: overSse, http: true, session: true })
await checkClaims({ name: 'stdio', connect: overStdio, session: true })

await claim('a client reads the context of what a server asks it', async () => {
  const [near, far] = InMemoryTransport.createLinkedPair()
  await newServer().connect(far)
  const client = installContext(newClient({ capabilities: { sampling: {} } }), requestContext)
  client.fallbackRequestHandler = async () => {
    const text = getContext(requestContext).tenant
    return { role: 'assistant', model: 'm', content: { type: 'text', text } }
  }
  await client.connect(near)
  const view = createContextClient(client as unknown as Caller, requestContext, { context: { tenant: 'acme' } })
  assert.equal((await call(view, 'ask')).content.text, 'acme asks')
  await client.close()
})

end()

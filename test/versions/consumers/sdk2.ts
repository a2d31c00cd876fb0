// The claims on every transport of one version of SDK 2, in both eras of the protocol.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Client, type ClientOptions, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, InMemoryTransport, McpServer } from '@modelcontextprotocol/server'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, type InstallOptions, installContext } from 'mcp-request-context/server'
import { type Caller, type Connected, type ConnectOptions, call, checkClaims } from './claims.js'
import { requestContext } from './context.js'
import { listen, transportOptions } from './http.js'
import { claim, end } from './report.js'
import { setUp } from './tools.js'

const INFO = { name: 'versions', version: '1.0.0' }
const MODERN: ClientOptions = { versionNegotiation: { mode: 'auto' } }

const newClient = (options: ClientOptions = {}) =>
  new Client(INFO, { capabilities: { roots: { listChanged: true } }, ...options })
const newServer = (install?: InstallOptions) => setUp(new McpServer(INFO), install)

async function connected(transport: Transport, options?: ClientOptions): Promise<Connected> {
  const client = newClient(options)
  await client.connect(transport)
  assert.equal(client.getProtocolEra(), options === MODERN ? 'modern' : 'legacy')
  return { client: client as unknown as Caller }
}

async function inMemory({ install }: ConnectOptions = {}): Promise<Connected> {
  const [near, far] = InMemoryTransport.createLinkedPair()
  await newServer(install).connect(far)
  return connected(near)
}

async function overHttp(options: ConnectOptions = {}): Promise<Connected> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
  const { url, mirrored } = await listen(async (request, response, body) => {
    const transport = sessions.get(String(request.headers['mcp-session-id'])) ?? (await newSession())
    await transport.handleRequest(request, response, body)
  })
  async function newSession() {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
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

function overHandler(clientOptions?: ClientOptions) {
  return async (options: ConnectOptions = {}): Promise<Connected> => {
    const handle = toNodeHandler(createMcpHandler(() => newServer(options.install)))
    const { url, mirrored } = await listen((request, response, body) => handle(request, response, body))
    return {
      ...(await connected(new StreamableHTTPClientTransport(url, transportOptions(options)), clientOptions)),
      mirrored,
    }
  }
}

function overStdio(clientOptions?: ClientOptions) {
  return async (): Promise<Connected> => {
    const command = { command: process.execPath, args: ['sdk2-stdio.js'] }
    return connected(new StdioClientTransport(command), clientOptions)
  }
}

await checkClaims({ name: 'in memory', connect: inMemory, session: true })
await checkClaims({ name: 'Streamable HTTP', connect: overHttp, http: true, session: true })
await checkClaims({ name: 'createMcpHandler', connect: overHandler(), http: true })
await checkClaims({ name: 'createMcpHandler, 2026-07-28', connect: overHandler(MODERN), http: true })
await checkClaims({ name: 'stdio', connect: overStdio(), session: true })
await checkClaims({ name: 'stdio, 2026-07-28', connect: overStdio(MODERN) })

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

await claim('a listing that may be cached is not served to another context', async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer(INFO, { cacheHints: { 'tools/list': { ttlMs: 60_000 } } })
    installContext(server, requestContext)
    server.registerTool('shared', {}, async () => ({ content: [] }))
    return server
  })
  let listings = 0
  const { url } = await listen(async (request, response, body) => {
    if ((body as { method?: string } | undefined)?.method === 'tools/list') listings += 1
    await toNodeHandler(handler)(request, response, body)
  })
  const client = newClient(MODERN)
  await client.connect(new StreamableHTTPClientTransport(url))
  const root = createContextClient(client, requestContext)
  for (const tenant of ['acme', 'globex', 'acme']) await root.withContext({ tenant }).listTools()
  assert.equal(listings, 3)
  for (const _ of ['asks', 'has it cached']) await client.listTools()
  assert.equal(listings, 4)
  await client.close()
  await handler.close()
})

end()

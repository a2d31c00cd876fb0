// The same over Streamable HTTP on loopback: a session for each connection, or, in 2026-07-28, a server for each request.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { isModern, majorOf } from './ends.js'
import type { Link } from './links.js'
import { type Host, makeServer } from './tools.js'

type Handle = (request: IncomingMessage, response: ServerResponse, body: unknown) => unknown

interface Served {
  readonly handle: Handle
  /** Ends the sessions. */
  end(): Promise<void>
}

export async function httpLink(host: Host): Promise<Link> {
  const { handle, end } = isModern(host.wire) ? perRequest(host) : perSession(host)
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    await handle(request, response, body === '' ? undefined : JSON.parse(body))
  })
  // An idle socket is closed by the client alone: where both do, a call can go out on one that is being closed.
  http.keepAliveTimeout = 0
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
  const cut = async () => {
    http.closeAllConnections()
    await end()
  }
  return {
    async connect(client) {
      const Http = majorOf(host.wire) === 1 ? HttpV1 : HttpV2
      await client.connect(new Http(url, { fetch: host.way.fetch }))
    },
    cut,
    async close() {
      await cut()
      http.close()
    },
  }
}

function perRequest(host: Host): Served {
  const handler = createMcpHandler(() => makeServer(host) as never)
  const handle = toNodeHandler(handler)
  return {
    handle: (request, response, body) => handle(request as never, response as never, body),
    end: async () => {},
  }
}

const TRANSPORTS = { 1: StreamableHTTPServerTransport, 2: NodeStreamableHTTPServerTransport } as const

function perSession(host: Host): Served {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  async function start(): Promise<StreamableHTTPServerTransport> {
    const transport = new TRANSPORTS[majorOf(host.wire)]({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, transport)
      },
    }) as StreamableHTTPServerTransport
    await makeServer(host).connect(transport)
    return transport
  }
  return {
    async handle(request, response, body) {
      const { 'mcp-session-id': id } = request.headers
      const session = id === undefined ? await start() : sessions.get(String(id))
      if (session === undefined) response.writeHead(404).end()
      else await session.handleRequest(request, response, body)
    },
    async end() {
      const ended = [...sessions.values()]
      sessions.clear()
      await Promise.all(ended.map((transport) => transport.close()))
    },
  }
}

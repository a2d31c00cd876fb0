// HTTP servers of both SDK majors that last for a whole cell.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { type Host, makeServer } from './server.js'
import { watch } from './wire.js'

export interface Endpoint {
  readonly url: URL
  close(): void
}

export type Serve = (host: Host) => Promise<Endpoint>

const TRANSPORTS = { 1: StreamableHTTPServerTransport, 2: NodeStreamableHTTPServerTransport } as const

/** Streamable HTTP with a session for each client. */
export function stateful(options: { enableJsonResponse?: boolean } = {}): Serve {
  return (host) => {
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    return listen(host, async (request, response, body) => {
      let transport = sessions.get(String(request.headers['mcp-session-id']))
      if (transport === undefined) {
        const started = new TRANSPORTS[host.major]({
          ...options,
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (id) => {
            sessions.set(id, started)
          },
        }) as StreamableHTTPServerTransport
        transport = started
        await makeServer(host).connect(transport)
      }
      await transport.handleRequest(request, response, body)
    })
  }
}

/** Streamable HTTP with a server for each request. */
export function stateless(options: { enableJsonResponse?: boolean } = {}): Serve {
  return (host) =>
    listen(host, async (request, response, body) => {
      const transport = new TRANSPORTS[host.major]({ ...options, sessionIdGenerator: undefined })
      const server = makeServer(host)
      response.on('close', () => server.close())
      await server.connect(transport)
      await transport.handleRequest(request, response, body)
    })
}

/** `createMcpHandler` of SDK 2: stateless, for both eras. */
export function handler(options: { responseMode?: 'auto' | 'sse' | 'json' } = {}): Serve {
  return async (host) => {
    const mcp = createMcpHandler(() => makeServer(host) as never, options)
    const handle = toNodeHandler(mcp)
    const endpoint = await listen(host, (request, response, body) => handle(request as never, response as never, body))
    return { ...endpoint, close: () => void mcp.close().finally(endpoint.close) }
  }
}

/** HTTP+SSE of 2024-11-05, which SDK 1 alone serves. */
export const httpSse: Serve = (host) => {
  const sessions = new Map<string, SSEServerTransport>()
  return listen(host, async (request, response, body) => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      await makeServer(host).connect(transport)
      return
    }
    const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
    await sessions.get(String(id))?.handlePostMessage(request, response, body)
  })
}

/** Serves on a free loopback port. */
async function listen(
  host: Host,
  handle: (request: IncomingMessage, response: ServerResponse, body: unknown) => unknown,
): Promise<Endpoint> {
  const http = createServer(async (request, response) => {
    let sent = ''
    for await (const chunk of request) sent += chunk
    const body = sent === '' ? undefined : JSON.parse(sent)
    if (body !== undefined) watch(body, host.log)
    await handle(request, response, body)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`),
    close: () => {
      http.closeAllConnections()
      http.close()
    },
  }
}

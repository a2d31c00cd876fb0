// Real HTTP servers on loopback, one for each way that the SDKs serve MCP over it. All are closed with the test.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPClientTransport as HttpClientV2 } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { SSEClientTransport as SseClientV1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as HttpClientV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'
import type { Major, TestServer } from './sdk.js'

export type MakeServer = () => TestServer

/** The body of a POST. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}

/** Serves on a free loopback port until the test is over. */
export async function listen(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<URL> {
  const http = createServer((async (request, response) => {
    try {
      await handle(request, response)
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    }
  }) as RequestListener)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
}

const HTTP_TRANSPORTS = { 1: StreamableHTTPServerTransport, 2: NodeStreamableHTTPServerTransport } as const

/** Streamable HTTP with a session for each client, on Node: `initialize` starts one. */
export function serveStateful(major: Major, makeServer: MakeServer): Promise<URL> {
  const sessions = new Map<string, InstanceType<(typeof HTTP_TRANSPORTS)[Major]>>()
  return listen(async (request, response) => {
    const body = await bodyOf(request)
    let transport = sessions.get(String(request.headers['mcp-session-id']))
    if (transport === undefined) {
      const created = new HTTP_TRANSPORTS[major]({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id: string) => {
          sessions.set(id, created)
        },
      })
      transport = created
      await makeServer().connect(transport)
    }
    await transport.handleRequest(request, response, body)
  })
}

/** Streamable HTTP without sessions, on Node: a server for each request. */
export function serveStateless(major: Major, makeServer: MakeServer, options: object = {}): Promise<URL> {
  return listen(async (request, response) => {
    const transport = new HTTP_TRANSPORTS[major]({ sessionIdGenerator: undefined, ...options })
    await makeServer().connect(transport)
    await transport.handleRequest(request, response, await bodyOf(request))
  })
}

/** `createMcpHandler` of SDK 2, which serves both eras. */
export function serveHandler(makeServer: MakeServer): Promise<URL> {
  const handler = createMcpHandler(makeServer as never)
  onTestFinished(() => handler.close())
  return listen(toNodeHandler(handler) as never)
}

/** The HTTP+SSE transport of 2024-11-05, in SDK 1 alone. */
export function serveSse(makeServer: MakeServer): Promise<URL> {
  const sessions = new Map<string, SSEServerTransport>()
  return listen(async (request, response) => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      await makeServer().connect(transport)
      return
    }
    const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
    await sessions.get(String(id))?.handlePostMessage(request, response, await bodyOf(request))
  })
}

/** A client's transport to one of them. */
export function httpTransport(major: Major, url: URL, options: object = {}): unknown {
  return major === 1 ? new HttpClientV1(url, options) : new HttpClientV2(url, options)
}

export function sseTransport(url: URL): unknown {
  return new SseClientV1(url)
}

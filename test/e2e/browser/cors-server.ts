// MCP servers that pages of other origins may call, as their CORS answer says.
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'
import { listen, type MakeServer } from '../../support/http.js'

/** What a server allows to pages of other origins. */
export interface Cors {
  readonly allowHeaders: readonly string[]
  readonly credentials?: boolean
}

/** A request, as it arrived. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it sent
  readonly body: any
}

export type Handle = (request: IncomingMessage, response: ServerResponse, body: unknown) => unknown

export interface CorsServer {
  readonly url: URL
  /** All requests but preflights. */
  readonly arrived: Arrived[]
  /** The names that each preflight asked for, in lower case (Fetch, CORS-preflight fetch). */
  readonly preflights: string[][]
}

/** Serves on a free loopback port until the test is over. */
export async function serveCors({ allowHeaders, credentials }: Cors, handle: Handle): Promise<CorsServer> {
  const arrived: Arrived[] = []
  const preflights: string[][] = []
  const url = await listen(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '*')
    // A page reads no other header than these of an answer from another origin.
    response.setHeader('Access-Control-Expose-Headers', 'Mcp-Session-Id')
    if (credentials) response.setHeader('Access-Control-Allow-Credentials', 'true')
    if (method === 'OPTIONS') {
      preflights.push(headers['access-control-request-headers']?.split(',') ?? [])
      response.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE')
      response.setHeader('Access-Control-Allow-Headers', allowHeaders.join(', '))
      // Else the browser keeps this answer, and asks for none of the other names that are in it.
      response.setHeader('Access-Control-Max-Age', '0')
      response.writeHead(204).end()
      return
    }
    let text = ''
    for await (const chunk of request) text += chunk
    const body = text === '' ? undefined : JSON.parse(text)
    arrived.push({ method, path, headers, body })
    await handle(request, response, body)
  })
  return { url, arrived, preflights }
}

/** Streamable HTTP of SDK 1, with the session of one client. */
export async function sessionOf(makeServer: MakeServer): Promise<Handle> {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
  const server = makeServer()
  await server.connect(transport)
  onTestFinished(() => server.close())
  return (request, response, body) => transport.handleRequest(request, response, body)
}

/** `createMcpHandler` of SDK 2, which serves both eras. */
export function handlerOf(makeServer: MakeServer): Handle {
  const handler = createMcpHandler(makeServer as never)
  onTestFinished(() => handler.close())
  return toNodeHandler(handler) as never
}

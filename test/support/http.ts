// Real HTTP servers on loopback, one for each way that the SDKs serve MCP over it. All are closed with the test.
import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import {
  StreamableHTTPClientTransport as HttpClientV2,
  SSEClientTransport as SseClientV2,
} from '@modelcontextprotocol/client'
import { createMcpExpressApp } from '@modelcontextprotocol/express'
import { createMcpHonoApp } from '@modelcontextprotocol/hono'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { SSEClientTransport as SseClientV1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as HttpClientV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { WebStandardStreamableHTTPServerTransport as WebTransportV1 } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  createMcpHandler,
  WebStandardStreamableHTTPServerTransport as WebTransportV2,
} from '@modelcontextprotocol/server'
import express from 'express'
import { type Context, Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { EVERY_CELL } from './cells.js'
import { type Major, MODERN, newClient, type TestClient, type TestServer } from './sdk.js'

export type MakeServer = () => TestServer

/** The body of a POST. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}

/** Serves on a free loopback port until the test is over. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
  options: ServerOptions = {},
): Promise<URL> {
  const http = createServer(options, (async (request, response) => {
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

export interface Arrived {
  method: string
  path: string
  host: string
  headers: Headers
  body: string
}

/** A server that keeps all that arrives; it answers 200 where `answer` does not. */
export async function recordingServer(answer: (arrived: Arrived, response: ServerResponse) => boolean = () => false) {
  const arrived: Arrived[] = []
  const url = await listen(async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const headers = new Headers(request.headers as Record<string, string>)
    const { method = '', url: path = '' } = request
    const one = { method, path, host: headers.get('host') ?? '', headers, body }
    arrived.push(one)
    if (!answer(one, response)) response.end('{}')
  })
  return { url, arrived }
}

/** Headers by their names in small letters; each value of a list is sent on a line of its own. */
export type HeaderLines = Record<string, string | string[]>

/** A POST as `fetch` cannot send it: by Node's own client, which keeps a header's lines apart. */
export async function postLines(url: string | URL, headers: HeaderLines, body: string): Promise<Response> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', headers }, resolve).on('error', reject).end(body)
  })
  const answered = { status: response.statusCode, headers: response.headers as Record<string, string> }
  return new Response(Readable.toWeb(response) as ReadableStream, answered)
}

const HTTP_TRANSPORTS = { 1: StreamableHTTPServerTransport, 2: NodeStreamableHTTPServerTransport } as const
const WEB_TRANSPORTS = { 1: WebTransportV1, 2: WebTransportV2 } as const

type NodeTransport = Pick<StreamableHTTPServerTransport, 'handleRequest'>
type WebTransport = Pick<WebTransportV1, 'handleRequest'>

interface SessionOptions {
  sessionIdGenerator: () => string
  onsessioninitialized: (id: string) => void
}

/** A transport and a server for each session, by its id; without one, `initialize` starts it. */
function sessions<T>(Transport: new (options: SessionOptions) => T, makeServer: MakeServer) {
  const started = new Map<string, T>()
  return async (id: string | string[] | null | undefined): Promise<T> => {
    const session = started.get(String(id))
    if (session !== undefined) return session
    const transport: T = new Transport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        started.set(id, transport)
      },
    })
    await makeServer().connect(transport)
    return transport
  }
}

/** Streamable HTTP with a session for each client, on Node. */
export function serveStateful(major: Major, makeServer: MakeServer): Promise<URL> {
  const session = sessions<NodeTransport>(HTTP_TRANSPORTS[major], makeServer)
  return listen(async (request, response) => {
    const body = await bodyOf(request)
    await (await session(request.headers['mcp-session-id'])).handleRequest(request, response, body)
  })
}

/** The same in an Express application, which parses the bodies; that of SDK 2 is its own. */
function serveExpress(major: Major, makeServer: MakeServer): Promise<URL> {
  const session = sessions<NodeTransport>(HTTP_TRANSPORTS[major], makeServer)
  const app = major === 1 ? express().use(express.json()) : createMcpExpressApp()
  app.all('/mcp', async (request, response) => {
    await (await session(request.headers['mcp-session-id'])).handleRequest(request, response, request.body)
  })
  return listen(app)
}

/** Streamable HTTP with a session for each client, of web `Request` and `Response`. */
function serveWeb(major: Major, makeServer: MakeServer): Promise<URL> {
  const session = sessions<WebTransport>(WEB_TRANSPORTS[major], makeServer)
  return listenWeb(async (request) => (await session(request.headers.get('mcp-session-id'))).handleRequest(request))
}

/** The same in a Hono application; that of SDK 2 is its own, and parses the bodies. */
function serveHono(major: Major, makeServer: MakeServer): Promise<URL> {
  const session = sessions<WebTransport>(WEB_TRANSPORTS[major], makeServer)
  const app = major === 1 ? new Hono() : createMcpHonoApp()
  app.all('/mcp', async (context: Context) => {
    const parsedBody = context.get('parsedBody')
    return (await session(context.req.header('mcp-session-id'))).handleRequest(context.req.raw, { parsedBody })
  })
  return listenWeb(app.fetch)
}

/** Serves what answers a web `Request`, through Hono's adapter for Node. */
function listenWeb(answer: (request: Request) => Response | Promise<Response>): Promise<URL> {
  return listen(getRequestListener(answer, { overrideGlobalObjects: false }))
}

/** Streamable HTTP without sessions, on Node: a server for each request. */
export function serveStateless(major: Major, makeServer: MakeServer, options: object = {}): Promise<URL> {
  return listen(async (request, response) => {
    const transport = new HTTP_TRANSPORTS[major]({ sessionIdGenerator: undefined, ...options })
    await makeServer().connect(transport)
    await transport.handleRequest(request, response, await bodyOf(request))
  })
}

function newHandler(makeServer: MakeServer, options: object = {}) {
  const handler = createMcpHandler(makeServer as never, options)
  onTestFinished(() => handler.close())
  return handler
}

/** `createMcpHandler` of SDK 2, which serves both eras. */
export function serveHandler(makeServer: MakeServer, options: object = {}): Promise<URL> {
  return listen(toNodeHandler(newHandler(makeServer, options)) as never)
}

/** The same in the Express application of SDK 2. */
function serveHandlerInExpress(makeServer: MakeServer): Promise<URL> {
  const handle = toNodeHandler(newHandler(makeServer))
  const app = createMcpExpressApp()
  app.all('/mcp', (request, response) => handle(request, response, request.body))
  return listen(app)
}

/** The same in the Hono application of SDK 2. */
function serveHandlerInHono(makeServer: MakeServer): Promise<URL> {
  const handler = newHandler(makeServer)
  const app = createMcpHonoApp()
  app.all('/mcp', (context: Context) => {
    return handler.fetch(context.req.raw, { parsedBody: context.get('parsedBody') })
  })
  return listenWeb(app.fetch)
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

export function sseTransport(url: URL, options: object = {}, major: Major = 1): unknown {
  return major === 1 ? new SseClientV1(url, options) : new SseClientV2(url, options)
}

/** One way in which the SDKs speak MCP over HTTP. */
export interface HttpCell {
  readonly name: string
  readonly client: Major
  readonly server: Major
  readonly serve: (makeServer: MakeServer) => Promise<URL>
  /** The status of the HTTP answer to a call that is refused at once: 400 where the SDK lets it. */
  readonly refused: 200 | 202 | 400
  /** Of the client. */
  readonly options?: object
  readonly sse?: true
  /** The SDK hands on Node's own `headers`: these drop the second of two `Authorization` lines. */
  readonly nodeHeaders?: true
}

function inOne(
  major: Major,
  name: string,
  serve: HttpCell['serve'],
  refused: HttpCell['refused'],
  more: Partial<HttpCell> = {},
): HttpCell {
  return { name, client: major, server: major, serve, refused, ...more }
}

const JSON_ANSWERS = { enableJsonResponse: true }
const IN_2026 = { options: MODERN }
const NODE = { nodeHeaders: true } as const
// The POST of HTTP+SSE is accepted before its message is looked at; the answer comes on the stream.
const SSE = { serve: serveSse, server: 1, refused: 202, sse: true, ...NODE } as const

const CELLS: readonly HttpCell[] = [
  inOne(1, 'SDK 1, stateful', (make) => serveStateful(1, make), 200),
  inOne(1, 'SDK 1, stateless, JSON answers', (make) => serveStateless(1, make, JSON_ANSWERS), 200),
  inOne(1, 'SDK 1, web standard', (make) => serveWeb(1, make), 200),
  inOne(1, 'SDK 1 in Express', (make) => serveExpress(1, make), 200),
  inOne(1, 'SDK 1 in Hono', (make) => serveHono(1, make), 200),
  { name: 'SDK 1, HTTP+SSE', client: 1, ...SSE },
  { name: 'SDK 1, HTTP+SSE, client of SDK 2', client: 2, ...SSE },
  inOne(2, 'SDK 2, stateful', (make) => serveStateful(2, make), 200),
  inOne(2, 'SDK 2, stateless, JSON answers', (make) => serveStateless(2, make, JSON_ANSWERS), 200),
  inOne(2, 'SDK 2, web standard', (make) => serveWeb(2, make), 200),
  inOne(2, 'SDK 2 in Express', (make) => serveExpress(2, make), 200),
  inOne(2, 'SDK 2 in Hono', (make) => serveHono(2, make), 200),
  inOne(2, 'createMcpHandler, 2025', serveHandler, 200, NODE),
  inOne(2, 'createMcpHandler, 2026-07-28', serveHandler, 400, { ...IN_2026, ...NODE }),
  inOne(2, 'createMcpHandler in Express, 2026-07-28', serveHandlerInExpress, 400, { ...IN_2026, ...NODE }),
  inOne(2, 'createMcpHandler in Hono, 2026-07-28', serveHandlerInHono, 400, IN_2026),
]

const FEW = ['SDK 1, stateless, JSON answers', 'SDK 1, HTTP+SSE', 'SDK 2, web standard', 'createMcpHandler, 2026-07-28']

/** All of them in `matrix`, one of each kind in `integration`. */
export const HTTP_CELLS = EVERY_CELL ? CELLS : CELLS.filter(({ name }) => FEW.includes(name))

/** Connects a cell's client, until the test is over. */
export async function connectCell(cell: HttpCell, url: URL, options: object): Promise<TestClient> {
  const client = newClient(cell.client, cell.options)
  const transport = cell.sse ? sseTransport(url, options, cell.client) : httpTransport(cell.client, url, options)
  await client.connect(transport)
  onTestFinished(() => client.close())
  return client
}

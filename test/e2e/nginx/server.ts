// An MCP server as a process of its own: `server.ts 1` or `2`, the SDK major. It prints its port, and ends when its stdin
// does. Any path but /mcp is for the test, which asks it directly.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { getContext, getHttpHeaders, installContext } from 'mcp-request-context/server'
import { z } from 'zod'
import type { Extra } from '../../support/sdk.js'
import { callContext, gatewayContext } from './contexts.js'
import { Meetings } from './meetings.js'

/** What a handler sees at one moment. */
export interface Look {
  readonly tenant: string
  readonly trace: string
  readonly token: string
  readonly tenantHeader: string | null
  readonly tokenHeader: string | null
}

/** An HTTP request as Node got it, before the SDK or the context did. */
export interface Received {
  /** The process id. */
  readonly process: number
  readonly rpc: string
  /** The context in its body. */
  readonly context: { readonly tenant?: string; readonly trace?: string }
  readonly headers: IncomingMessage['headers']
}

const INFO = { name: 'behind-nginx', version: '1.0.0' }
const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })

const meetings = new Meetings()
const received: Received[] = []

function look(): Look {
  const headers = getHttpHeaders()
  return {
    ...getContext(callContext),
    token: getContext(gatewayContext).token,
    tenantHeader: headers.get('x-tenant-id'),
    tokenHeader: headers.get('x-forwarded-access-token'),
  }
}

function setUp<S extends McpServerV1 | McpServerV2>(server: S): S {
  installContext(server, callContext, { required: true, http: { verify: 'strict' } })
  installContext(server, gatewayContext, { required: true, http: { lift: true, prefer: 'header' } })
  const tools = server as McpServerV1
  const inputSchema = { meeting: z.string(), together: z.number() }
  tools.registerTool('look', { inputSchema }, async ({ meeting, together }) => {
    const before = look()
    const met = await meetings.meet(meeting, together)
    return text({ process: process.pid, met, looks: [before, look()] })
  })
  tools.registerTool('progress', {}, async (extra: Extra) => {
    const { trace } = getContext(callContext)
    const { progressToken } = (extra.mcpReq ?? extra)._meta
    const notify = extra.mcpReq?.notify ?? extra.sendNotification
    await notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } })
    await meetings.wait(trace)
    return text({ process: process.pid, looks: [look()] })
  })
  return server
}

type Serve = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<void>

/** Without sessions, so that any process can answer any request. */
async function serveV1(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
  // Nothing is sent on a stream that belongs to no request.
  if (request.method !== 'POST') {
    response.writeHead(405).end()
    return
  }
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  await setUp(new McpServerV1(INFO)).connect(transport)
  await transport.handleRequest(request, response, body)
}

const serve: Serve =
  process.argv[2] === '1' ? serveV1 : (toNodeHandler(createMcpHandler(() => setUp(new McpServerV2(INFO)))) as Serve)

/** Releases of the SDK that ask nginx for it by a header of their own would hide a configuration that buffers. */
function withoutBufferingHint(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (status: number, headers?: object) => ServerResponse
  response.writeHead = ((status: number, headers?: object) => {
    const kept = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'x-accel-buffering')
    return writeHead(status, Object.fromEntries(kept))
  }) as ServerResponse['writeHead']
}

function record(request: IncomingMessage, body: unknown): void {
  const { method = '', params } = (body ?? {}) as { method?: string; params?: { _meta?: Record<string, object> } }
  const context = params?._meta?.[callContext.key] ?? {}
  received.push({ process: process.pid, rpc: method, context, headers: request.headers })
}

const http = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://localhost')
  if (pathname === '/received') {
    response.end(JSON.stringify(received))
    return
  }
  if (pathname.startsWith('/open/')) {
    meetings.open(pathname.slice('/open/'.length))
    response.end()
    return
  }
  let json = ''
  for await (const chunk of request) json += chunk
  const body = json === '' ? undefined : JSON.parse(json)
  record(request, body)
  withoutBufferingHint(response)
  await serve(request, response, body)
})
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port))

process.stdin.resume().on('close', () => process.exit())

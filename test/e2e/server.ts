// A server for tests that start one as a process: `server.ts <transport> <SDK major>`. Over HTTP it prints its
// URL, and ends when its stdin closes.
import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StdioServerTransport as StdioV1 } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { getContext, getHttpHeaders, installContext } from 'mcp-request-context/server'
import { testContext } from '../support/contexts.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const INFO = { name: 'process', version: '1.0.0' }
const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })

function setUp<S extends McpServerV1 | McpServerV2>(server: S): S {
  installContext(server, testContext, { required: ({ params }) => (params as { name?: string }).name === 'read' })
  const tools = server as McpServerV1
  tools.registerTool('read', {}, async () => {
    return text({ context: getContext(testContext), tenantHeader: getHttpHeaders().get('x-tenant-id') })
  })
  tools.registerTool('heap', {}, async () => {
    collectGarbage()
    return text(process.memoryUsage().heapUsed)
  })
  return server
}

const newServerV1 = () => setUp(new McpServerV1(INFO))
const newServerV2 = () => setUp(new McpServerV2(INFO))

/** Streamable HTTP of SDK 1, with a session for each client. */
function streamable(): RequestListener {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return async (request, response) => {
    let transport = sessions.get(String(request.headers['mcp-session-id']))
    if (transport === undefined) {
      const started = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, started),
      })
      transport = started
      await newServerV1().connect(transport)
    }
    await transport.handleRequest(request, response)
  }
}

/** HTTP+SSE of 2024-11-05, which SDK 1 alone serves. */
function sse(): RequestListener {
  const sessions = new Map<string, SSEServerTransport>()
  return async (request, response) => {
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      return newServerV1().connect(transport)
    }
    const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
    await sessions.get(String(id))?.handlePostMessage(request, response)
  }
}

function listen(handle: RequestListener): void {
  const http = createServer(handle)
  process.stdin.resume().on('close', () => process.exit())
  http.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`))
}

const START: Readonly<Record<string, () => unknown>> = {
  'stdio 1': () => newServerV1().connect(new StdioV1()),
  'stdio 2': () => serveStdio(newServerV2),
  'http 1': () => listen(streamable()),
  'http 2': () => listen(toNodeHandler(createMcpHandler(newServerV2)) as RequestListener),
  'sse 1': () => listen(sse()),
}

await START[process.argv.slice(2).join(' ')]?.()

// Servers that are built for each request, many times over: what stays in memory, with the middleware or without.
// Arguments: which server; 'with', 'without', or 'kept' for servers that are never let go; how many requests; after how
// many seconds to give up. The answer is one line of JSON.
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createMcpHandler, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { defineContext } from 'mcp-request-context'
import { getContext, installContext } from 'mcp-request-context/server'
import { z } from 'zod'

const definition = defineContext({
  schema: z.object({ tenant: z.string(), retries: z.int() }),
  headers: { tenant: 'X-Tenant-Id', retries: { name: 'X-Retries', type: 'integer' } },
})

const INFO = { name: 'per-request', version: '1.0.0' }

const [kind = '', middleware = '', requests = '', limit = ''] = process.argv.slice(2)
const kept: object[] = []
let served = 0

setTimeout(() => process.exit(1), Number(limit) * 1000).unref()

/** A server for one request. */
function equip<S extends McpServerV1 | McpServerV2>(server: S): S {
  if (middleware !== 'without') installContext(server, definition, { required: true })
  if (middleware === 'kept') kept.push(server)
  const tool = () => {
    if (middleware === 'without' || getContext(definition).tenant === 'acme') served++
    return { content: [] }
  }
  ;(server as McpServerV2).registerTool('count', {}, tool)
  return server
}

const modern = createMcpHandler(() => equip(new McpServerV2(INFO)))

const handle: Record<string, (request: Request) => Promise<Response>> = {
  'createMcpHandler, 2026-07-28': (request) => modern.fetch(request),
  'createMcpHandler, 2025': (request) => modern.fetch(request),
  'stateless, SDK 1': async (request) => {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    const server = equip(new McpServerV1(INFO))
    await server.connect(transport)
    const response = await transport.handleRequest(request)
    await server.close()
    return response
  },
}

const era: { headers: Record<string, string>; meta: object } = kind.endsWith('2026-07-28')
  ? {
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'count' },
      meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': INFO,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    }
  : { headers: { 'mcp-protocol-version': '2025-11-25' }, meta: {} }

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'count',
    arguments: {},
    _meta: { ...era.meta, [definition.key]: { tenant: 'acme', retries: 1 } },
  },
})

async function request(): Promise<void> {
  const response = await handle[kind]?.(
    new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: {
        ...era.headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'x-tenant-id': 'acme',
      },
      body,
    }),
  )
  const text = await response?.text()
  if (response?.status !== 200 || !text?.includes('"content":[]')) throw new Error(`${response?.status}: ${text}`)
}

async function heapAfter(count: number): Promise<number> {
  for (let done = 0; done < count; done++) await request()
  // Twice, with a turn of the event loop between: what a finalizer lets go is collected by the second.
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

const total = Number(requests)
const warm = await heapAfter(Math.min(5000, total))
const start = performance.now()
const grown = (await heapAfter(total)) - warm
console.log(JSON.stringify({ served, grown, micros: ((performance.now() - start) * 1000) / total }))
await modern.close()

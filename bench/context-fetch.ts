// What contextFetch adds to a request: beside its floor, and beside the whole HTTP call that it is a part of.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer } from '@modelcontextprotocol/server'
import { defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { compare } from './compare.js'
import type { Section } from './section.js'

const requestContext = defineContext({
  schema: z.object({ tenant: z.string(), retries: z.int(), dryRun: z.boolean(), user: z.string(), token: z.string() }),
  headers: {
    tenant: 'X-Tenant-Id',
    retries: { name: 'X-Retries', type: 'integer' },
    dryRun: { name: 'X-Dry-Run', type: 'boolean' },
  },
  sensitive: ['token'],
})

const CONTEXT = { tenant: 'acme', retries: 3, dryRun: true, user: 'jane', token: 'abcdefgh'.repeat(4) }

/** With these a call is 1 kB, as an SDK sends it. */
const ARGUMENTS = {
  query: 'the orders of the last quarter that are not paid',
  order: ['total', 'date', 'customer'],
  filters: [0, 1, 2, 3, 4].map((index) => ({ field: `field${index}`, operator: 'greater-than', value: index * 37 })),
  note: 'lorem ipsum dolor sit amet '.repeat(12),
}

function bodyWith(_meta: object): string {
  const params = { name: 'search', arguments: ARGUMENTS, _meta }
  return JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })
}

export async function contextFetchSections(): Promise<Section[]> {
  const alone = await besideItsFloor()
  return [alone, await withoutTheKey(), await besideTheCall(alone.measured[1]?.micros ?? 0)]
}

async function besideItsFloor(): Promise<Section> {
  const body = bodyWith({ [requestContext.key]: CONTEXT })
  const { send, init } = requestOf(body)
  const mirroring = contextFetch(requestContext, send)
  const measured = await compare({
    'floor: JSON.parse of the body, a copy of its Headers, fetch': () => {
      JSON.parse(body)
      return send('', { ...init, headers: new Headers(init.headers) })
    },
    contextFetch: () => mirroring('http://127.0.0.1/mcp', init),
  })
  return {
    title: `contextFetch, a body of ${body.length} bytes, three bound fields, a fetch that sends nothing`,
    measured,
  }
}

async function withoutTheKey(): Promise<Section> {
  const body = bodyWith({ progressToken: 7 })
  const { send, init } = requestOf(body)
  const mirroring = contextFetch(requestContext, send)
  const measured = await compare({
    'JSON.parse of the body, fetch': () => {
      JSON.parse(body)
      return send('', init)
    },
    'contextFetch, which does not parse it': () => mirroring('http://127.0.0.1/mcp', init),
    fetch: () => send('', init),
  })
  return { title: `contextFetch, a body of ${body.length} bytes without a context`, measured }
}

function requestOf(body: string) {
  const answer = Promise.resolve(new Response('{}'))
  const send = async (_url: string | URL, _init?: RequestInit) => answer
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': randomUUID(),
    'mcp-protocol-version': '2025-11-25',
  })
  return { send, init: { method: 'POST', headers, body } }
}

/** @param micros what contextFetch takes by itself */
async function besideTheCall(micros: number): Promise<Section> {
  const server = installContext(new McpServer({ name: 'bench', version: '1.0.0' }), requestContext)
  server.registerTool('search', { inputSchema: z.object({ query: z.string() }) }, () => ({ content: [] }))
  const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, enableJsonResponse: true })
  await server.connect(transport)
  const http = createServer((request, response) => void transport.handleRequest(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  try {
    const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
    // One session and one client: the two differ in the fetch alone.
    let sending: typeof fetch = fetch
    const client = new Client({ name: 'bench', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(url, { fetch: (input, init) => sending(input, init) }))
    const view = createContextClient(client, requestContext).withContext(CONTEXT)
    const mirroring = contextFetch(requestContext)
    const callBy = (by: typeof fetch) => () => {
      sending = by
      return view.callTool({ name: 'search', arguments: ARGUMENTS })
    }
    const measured = await compare(
      { 'a call of SDK 2 over HTTP, by fetch': callBy(fetch), 'by contextFetch': callBy(mirroring) },
      // Call by call, so that nothing that comes with time falls on one of the two.
      { rounds: 5000, millis: 0 },
    )
    await client.close()
    const whole = measured[0]?.micros ?? Number.NaN
    return {
      title: 'contextFetch in a whole HTTP call on loopback',
      measured,
      remark: `contextFetch by itself is ${((micros / whole) * 100).toFixed(2)}% of the call; three headers more are sent, received and compared.`,
    }
  } finally {
    http.closeAllConnections()
    http.close()
  }
}

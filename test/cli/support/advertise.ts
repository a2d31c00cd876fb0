// Servers over HTTP that advertise settings of this extension: real ones, and one that says whatever it is told to.
import type { IncomingMessage } from 'node:http'
import { listen, serveHandler, serveStateful } from '../../support/http.js'
import { type Major, newServer } from '../../support/sdk.js'

const EXTENSION = 'io.github.mcp-request-context/context'

export const SERVERS = ['SDK 1', 'SDK 2', 'SDK 2, both eras'] as const

/** A real server of an SDK, over Streamable HTTP, until the test is over. */
export async function advertise(kind: (typeof SERVERS)[number], settings: object): Promise<string> {
  const make = (major: Major) => () => {
    const server = newServer(major)
    server.server.registerCapabilities({ extensions: { [EXTENSION]: settings } })
    return server
  }
  if (kind === 'SDK 2, both eras') return String(await serveHandler(make(2)))
  return String(await serveStateful(kind === 'SDK 1' ? 1 : 2, make(kind === 'SDK 1' ? 1 : 2)))
}

async function bodyOf(request: IncomingMessage): Promise<{ id?: number; method?: string }> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}

/** A server that answers `initialize` with any settings at all, and remembers each request. */
export async function advertiseRaw(settings: unknown, seen: IncomingMessage[] = []): Promise<string> {
  const url = await listen(async (request, response) => {
    seen.push(request)
    const { id, method } = await bodyOf(request)
    if (request.method !== 'POST') return response.writeHead(405).end()
    if (id === undefined) return response.writeHead(202).end()
    const result = {
      protocolVersion: '2025-06-18',
      capabilities: { extensions: { [EXTENSION]: settings } },
      serverInfo: { name: 'raw', version: '1' },
    }
    const answer = method === 'initialize' ? { result } : { error: { code: -32601, message: 'Method not found' } }
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
  return String(url)
}

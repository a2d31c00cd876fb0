import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { fetchWithoutSignal, listen, type OpenHost } from './host.js'
import { type BenchClient, httpClientTransport, newClient } from './sdk.js'

/** HTTP of protocol 2026-07-28: SDK 2.x builds a server for each request, and knows no sessions. */
export const overHttpOf2026: OpenHost = async (major, makeServer) => {
  const handler = createMcpHandler(makeServer as never)
  const http = await listen(toNodeHandler(handler) as never)
  const clients = new Set<BenchClient>()
  return {
    async connect(options = {}) {
      const client = newClient(major, { versionNegotiation: { mode: 'auto' } })
      await client.connect(httpClientTransport(major, http.url, { fetch: fetchWithoutSignal, ...options }))
      clients.add(client)
      return client
    },
    async forget() {
      clients.clear()
    },
    async close() {
      await Promise.all([...clients].map((client) => client.close()))
      await handler.close()
      http.close()
    },
  }
}

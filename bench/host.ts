// Where a client finds a server: in memory, or over Streamable HTTP on loopback.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type BenchClient,
  type BenchServer,
  HTTP_SERVER_TRANSPORTS,
  type HttpOptions,
  httpClientTransport,
  linkedPair,
  type Major,
  newClient,
} from './sdk.js'

export interface Host {
  /** A new client, connected to a server of its own. */
  connect(options?: HttpOptions): Promise<BenchClient>
  /** Ends the sessions whose clients have gone away: an HTTP client that closes says nothing to its server. */
  forget(): Promise<void>
  close(): Promise<void>
}

export type OpenHost = (major: Major, makeServer: () => BenchServer) => Promise<Host>

export const CARRIERS: Readonly<Record<'in memory' | 'over HTTP', OpenHost>> = {
  'in memory': inMemory,
  'over HTTP': overHttp,
}
export type Carrier = keyof typeof CARRIERS

async function inMemory(major: Major, makeServer: () => BenchServer): Promise<Host> {
  const clients = new Set<BenchClient>()
  return {
    async connect() {
      const [near, far] = linkedPair(major)
      await makeServer().connect(far)
      const client = newClient(major)
      await client.connect(near)
      clients.add(client)
      return client
    },
    async forget() {
      clients.clear()
    },
    async close() {
      await Promise.all([...clients].map((client) => client.close()))
    },
  }
}

async function overHttp(major: Major, makeServer: () => BenchServer): Promise<Host> {
  const sessions = new Map<string, InstanceType<(typeof HTTP_SERVER_TRANSPORTS)[Major]>>()
  const sessionOf = async (id: unknown) => {
    const session = sessions.get(String(id))
    if (session !== undefined) return session
    const transport = new HTTP_SERVER_TRANSPORTS[major]({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await makeServer().connect(transport)
    return transport
  }
  const http = await listen(async (request, response) => {
    const session = await sessionOf(request.headers['mcp-session-id'])
    await session.handleRequest(request, response)
  })
  const endSessions = async () => {
    const ended = [...sessions.values()]
    sessions.clear()
    await Promise.all(ended.map((session) => session.close()))
  }
  const clients = new Set<BenchClient>()
  return {
    async connect(options = {}) {
      const client = newClient(major)
      await client.connect(httpClientTransport(major, http.url, { fetch: fetchWithoutSignal, ...options }))
      clients.add(client)
      return client
    },
    async forget() {
      clients.clear()
      await endSessions()
    },
    async close() {
      await Promise.all([...clients].map((client) => client.close()))
      await endSessions()
      http.close()
    },
  }
}

/** Serves HTTP on a free port of the loopback interface. */
export async function listen(handle: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const http = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`),
    close() {
      http.closeAllConnections()
      http.close()
    },
  }
}

/**
 * All requests of an SDK transport share one signal, and Node's fetch leaves a listener on it until the next collection;
 * each further request looks through them all. That is as much as a third of a call, and grows with what was called
 * before: requests go without it here, or a call would be as slow as its predecessors were many.
 */
export const fetchWithoutSignal: typeof fetch = (url, init) =>
  fetch(url, init?.method === 'POST' ? { ...init, signal: null } : init)

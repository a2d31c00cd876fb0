// Connects clients to servers: in memory, or over Streamable HTTP on the loopback interface.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { getContext, installContext } from 'mcp-request-context/server'
import type { Definition } from './contexts.js'
import {
  type BenchClient,
  type BenchServer,
  HTTP_SERVER_TRANSPORTS,
  type HttpOptions,
  httpClientTransport,
  linkedPair,
  type Major,
  newClient,
  newServer,
} from './sdk.js'

export interface Host {
  /** A new client, connected to a server of its own. */
  connect(options?: HttpOptions): Promise<BenchClient>
  /** Ends the sessions of clients that were closed: an HTTP client that closes does not tell its server. */
  forget(): Promise<void>
  close(): Promise<void>
}

export type OpenHost = (major: Major, makeServer: () => BenchServer) => Promise<Host>

export const HOSTS: Readonly<Record<'in memory' | 'over HTTP', OpenHost>> = {
  'in memory': inMemory,
  'over HTTP': overHttp,
}
export type Carrier = keyof typeof HOSTS
export const CARRIERS = Object.keys(HOSTS) as Carrier[]

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

/** HTTP of protocol 2026-07-28: SDK 2 builds a server for each request and has no sessions. */
export const overHttp2026: OpenHost = async (major, makeServer) => {
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

/** A server whose tool returns the tenant of the call's context. */
export function contextServer(major: Major, definition: Definition): BenchServer {
  const server = newServer(major, () => String(getContext(definition).tenant))
  return installContext(server, definition)
}

/**
 * A fetch that drops the request's abort signal. An SDK transport shares one signal between all its requests, and Node's
 * fetch leaves a listener on it until the next garbage collection, which each later request walks through. That takes up
 * to a third of a call, and more the more calls were made before.
 */
export const fetchWithoutSignal: typeof fetch = (url, init) =>
  fetch(url, init?.method === 'POST' ? { ...init, signal: null } : init)

// Connects the client and the server of a cell.
import { StreamableHTTPClientTransport as HttpV2, SSEClientTransport as SseV2 } from '@modelcontextprotocol/client'
import { SSEClientTransport as SseV1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createContextClient } from 'mcp-request-context/client'
import { installContext } from 'mcp-request-context/server'
import { testContext } from '../support/contexts.js'
import { stdioTransport } from '../support/processes.js'
import { answerOf, type LinkedTransport, linkedPair, MODERN, newClient, type TestClient } from '../support/sdk.js'
import type { Cell, Transport } from './cells.js'
import { type Endpoint, handler, httpSse, type Serve, stateful, stateless } from './endpoints.js'
import { bind } from './given.js'
import { Log, type Sighting } from './log.js'
import { answerAll, type Host, makeServer, newHost } from './server.js'
import { watching } from './wire.js'

const STDIO_SERVER = 'test/interop/stdio-server.ts'

/** The connected client of a cell. */
export interface Connection {
  readonly client: TestClient
  readonly bare: boolean
  /** What the client's handlers saw. */
  readonly log: Log
  /** What the server's handlers saw since it was asked for last. */
  seenByServer(): Promise<Sighting[]>
  /** The protocol version that both agreed on. */
  version(): string | undefined
  /** Ends the connection at the server's end. */
  cut(): unknown
  close(): Promise<void>
}

/** The client's end of a connection. */
interface End {
  readonly transport: { setProtocolVersion?: (version: string) => void }
  /** When the server can send what answers no request. */
  readonly opened?: Promise<void>
  /** Ends the connection at the server's end. */
  readonly cut: () => unknown
}

/** Connects a cell; bare, without this package on either side. */
export async function connect(cell: Cell, bare = false): Promise<Connection> {
  const log = new Log()
  const host = newHost(cell.server, new Log(), bare)
  const client = newClient(cell.client, {
    capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } },
    ...(cell.era === '2026-07-28' && MODERN),
  })
  if (!bare) {
    createContextClient(client, testContext)
    installContext(client, testContext, { required: ['sampling/createMessage', 'elicitation/create'] })
  }
  answerAll(client, cell.client, RESULTS, log)
  const end = await MEET[cell.transport](cell, host)
  const version = agreedVersion(end.transport)
  await client.connect(end.transport)
  await end.opened
  return {
    client,
    bare,
    log,
    version,
    seenByServer: async () => {
      if (cell.transport !== 'stdio') return host.log.drain()
      return answerOf(await bind(client, { tenant: 'observer' }).callTool({ name: 'sightings' }))
    },
    cut: end.cut,
    close: async () => {
      await client.close()
      if (cell.transport.startsWith('HTTP') || cell.transport === 'createMcpHandler') end.cut()
    },
  }
}

const RESULTS: Record<string, object> = {
  ping: {},
  'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'm' } },
  'elicitation/create': { action: 'decline' },
  'roots/list': { roots: [] },
}

/** Clients of both majors tell a transport the version, if it wants to know. */
function agreedVersion(transport: End['transport']): () => string | undefined {
  let agreed: string | undefined
  const set = transport.setProtocolVersion?.bind(transport)
  transport.setProtocolVersion = (version) => {
    agreed = version
    set?.(version)
  }
  return () => agreed
}

const MEET: Record<Transport, (cell: Cell, host: Host) => Promise<End>> = {
  'in memory': meetInMemory,
  stdio: meetStdio,
  'HTTP, stateful, SSE': meetHttp(() => stateful()),
  'HTTP, stateful, JSON': meetHttp(() => stateful({ enableJsonResponse: true })),
  'HTTP, stateless, SSE': meetHttp((cell) => (servesModern(cell) ? handler({ responseMode: 'sse' }) : stateless())),
  'HTTP, stateless, JSON': meetHttp((cell) =>
    servesModern(cell) ? handler({ responseMode: 'json' }) : stateless({ enableJsonResponse: true }),
  ),
  createMcpHandler: meetHttp(() => handler()),
  'HTTP+SSE': async (cell, host) => {
    const { url, close: cut } = await httpSse(host)
    return { transport: cell.client === 1 ? new SseV1(url) : new SseV2(url), cut }
  },
}

function servesModern({ server, era }: Cell): boolean {
  return server === 2 && era === '2026-07-28'
}

async function meetInMemory(cell: Cell, host: Host): Promise<End> {
  const [near, far] = linkedPair(cell.client)
  if (servesModern(cell)) serveStdio(() => makeServer(host) as never, { transport: watching(far, host.log) as never })
  else await makeServer(host).connect(far)
  if (cell.offers !== undefined) offer(near, cell.offers)
  return { transport: near as End['transport'], cut: () => far.close() }
}

/** Has a client offer another version than its newest. */
function offer(transport: LinkedTransport, version: string): void {
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    const { method, params } = message as { method?: string; params?: object }
    if (method !== 'initialize') return send(message, options)
    return send({ ...message, params: { ...params, protocolVersion: version } }, options)
  }
}

async function meetStdio(cell: Cell, { bare }: Host): Promise<End> {
  const transport = stdioTransport(cell.client, STDIO_SERVER, String(cell.server), ...(bare ? ['bare'] : []))
  return { transport: transport as End['transport'], cut: () => process.kill(transport.pid as number) }
}

function meetHttp(serveFor: (cell: Cell) => Serve): (cell: Cell, host: Host) => Promise<End> {
  return async (cell, host) => {
    const { url, close: cut }: Endpoint = await serveFor(cell)(host)
    let open = () => {}
    // In this era a client opens a stream for what the server sends by itself, and `connect` does not wait for it.
    const opened = cell.era === 'initialize' ? new Promise<void>((resolve) => (open = resolve)) : undefined
    const watchingFetch: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      if (init?.method === 'GET') open()
      return response
    }
    const Http = cell.client === 1 ? HttpV1 : HttpV2
    return { transport: new Http(url, { fetch: watchingFetch }) as End['transport'], opened, cut }
  }
}

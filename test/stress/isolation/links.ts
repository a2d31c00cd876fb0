// The connections of a run: a client's to its server, ended and made anew as often as asked.
import { InMemoryTransport as MemoryV2 } from '@modelcontextprotocol/client'
import { InMemoryTransport as MemoryV1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { LinkedTransport, TestClient } from '../../support/sdk.js'
import { isModern, majorOf } from './ends.js'
import { httpLink } from './http-link.js'
import { type Host, makeServer } from './tools.js'

export const CARRIERS = ['in memory', 'over HTTP'] as const
export type Carrier = (typeof CARRIERS)[number]

export interface Link {
  connect(client: TestClient): Promise<void>
  /** Ends all connections at the server's end. */
  cut(): Promise<void>
  close(): Promise<void>
}

export function linkTo(carrier: Carrier, host: Host): Promise<Link> | Link {
  return carrier === 'in memory' ? memoryLink(host) : httpLink(host)
}

function memoryLink(host: Host): Link {
  // The same server at each connection, where the SDK does not make one for each.
  const server = isModern(host.wire) ? undefined : makeServer(host)
  let end: LinkedTransport | undefined
  return {
    async connect(client) {
      const pair = majorOf(host.wire) === 1 ? MemoryV1.createLinkedPair() : MemoryV2.createLinkedPair()
      const [near, far] = pair as unknown as [LinkedTransport, LinkedTransport]
      end = far
      if (server === undefined) serveStdio(() => makeServer(host) as never, { transport: far as never })
      else await server.connect(far)
      await client.connect(near)
    },
    cut: async () => end?.close(),
    close: async () => end?.close(),
  }
}

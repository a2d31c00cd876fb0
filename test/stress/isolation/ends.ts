// The clients and servers of a run, of both SDK majors behind one shape.
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Extra, Major, TestClient, TestServer } from '../../support/sdk.js'

export const WIRES = ['SDK 1', 'SDK 2, 2025-11-25', 'SDK 2, 2026-07-28'] as const
export type Wire = (typeof WIRES)[number]

export function majorOf(wire: Wire): Major {
  return wire === 'SDK 1' ? 1 : 2
}

/** Whether a server answers a call with what it wants to know first, and sends no requests itself. */
export function isModern(wire: Wire): boolean {
  return wire === 'SDK 2, 2026-07-28'
}

const INFO = { name: 'stress', version: '1.0.0' }

export function newServer(wire: Wire): TestServer {
  const server = majorOf(wire) === 1 ? new McpServerV1(INFO) : new McpServerV2(INFO)
  return server as unknown as TestServer
}

export function newClient(wire: Wire): TestClient {
  const options = {
    capabilities: { sampling: {}, elicitation: { form: {} } },
    ...(isModern(wire) && { versionNegotiation: { mode: 'auto' as const } }),
  }
  const client = majorOf(wire) === 1 ? new ClientV1(INFO, options) : new ClientV2(INFO, options)
  return client as unknown as TestClient
}

/** What a client is asked, as far as it is read here. */
export interface Asked {
  readonly params: { readonly _meta?: object }
}

export function answerRequests(
  client: TestClient,
  wire: Wire,
  method: string,
  answer: (request: Asked, extra: Extra) => Promise<object>,
): void {
  const schema = z.object({ method: z.literal(method), params: z.looseObject({}) })
  client.setRequestHandler(majorOf(wire) === 1 ? schema : method, answer)
}

// Clients, servers and transports of both SDK majors, behind one shape where they differ.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpClientV2,
  InMemoryTransport as InMemoryV2,
} from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as HttpClientV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport as InMemoryV1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'

export const MAJORS = [1, 2] as const
export type Major = (typeof MAJORS)[number]

export interface BenchClient {
  connect(transport: unknown): Promise<void>
  close(): Promise<void>
  request(...args: unknown[]): Promise<unknown>
  notification(...args: unknown[]): Promise<unknown>
  callTool(params: ToolCall): Promise<ToolResult>
}

export interface ToolCall {
  readonly name: string
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly _meta?: object
}

export interface ToolResult {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
}

/** A handler's argument, as far as it is read here: `extra` of SDK 1, `ctx` of SDK 2. */
export interface Extra {
  readonly requestInfo?: { readonly headers: Readonly<Record<string, string>> }
  readonly http?: { readonly req?: Request }
}

export interface BenchServer {
  connect(transport: unknown): Promise<void>
  close(): Promise<void>
  registerTool(name: string, config: object, handler: (extra: Extra) => ToolResult | Promise<ToolResult>): unknown
}

const INFO = { name: 'bench', version: '1.0.0' }

export function newClient(major: Major, options: object = {}): BenchClient {
  return (major === 1 ? new ClientV1(INFO, options) : new ClientV2(INFO, options)) as unknown as BenchClient
}

/** A server with one tool, `whoami`. */
export function newServer(
  major: Major,
  whoami: (extra: Extra) => string | Promise<string> = () => 'acme',
): BenchServer {
  const server = (major === 1 ? new McpServerV1(INFO) : new McpServerV2(INFO)) as unknown as BenchServer
  server.registerTool('whoami', { description: 'Who is calling' }, (extra) => {
    const text = whoami(extra)
    return typeof text === 'string' ? reply(text) : text.then(reply)
  })
  return server
}

function reply(text: string): ToolResult {
  return { content: [{ type: 'text', text }] }
}

/** The header of the HTTP request that a handler runs for. */
export function headerOf(extra: Extra, lowerCaseName: string): string | null | undefined {
  return extra.requestInfo?.headers[lowerCaseName] ?? extra.http?.req?.headers.get(lowerCaseName)
}

/** The call that is measured. */
export const WHOAMI: ToolCall = { name: 'whoami', arguments: {} }

/** Makes the call once and looks at its answer: an error of a tool is a result as well, and no figure should be one's. */
export async function checkAnswer(call: () => Promise<ToolResult>, text = 'acme'): Promise<void> {
  const { content } = await call()
  if (content[0]?.text !== text) throw new Error(`answered ${JSON.stringify(content)} instead of ${text}`)
}

/** Two transports of the SDK, each the other's peer: a message is handed over as the object that it is. */
export function linkedPair(major: Major): [client: unknown, server: unknown] {
  return major === 1 ? InMemoryV1.createLinkedPair() : InMemoryV2.createLinkedPair()
}

export type HttpOptions = Pick<NonNullable<ConstructorParameters<typeof HttpClientV2>[1]>, 'fetch' | 'requestInit'>

export function httpClientTransport(major: Major, url: URL, options: HttpOptions): unknown {
  return major === 1 ? new HttpClientV1(url, options) : new HttpClientV2(url, options)
}

export const HTTP_SERVER_TRANSPORTS = {
  1: StreamableHTTPServerTransport,
  2: NodeStreamableHTTPServerTransport,
} as const

// Real clients, servers and transports of both SDK majors, behind one shape where they differ.
import { Client as ClientV2, InMemoryTransport as InMemoryTransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport as InMemoryTransportV1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { type ConnectedPair, connectPair, type PairOptions } from 'mcp-request-context/testing'
import { onTestFinished } from 'vitest'

export const MAJORS = [1, 2] as const
export type Major = (typeof MAJORS)[number]

/** A handler's second argument, as far as the tests read it. */
// biome-ignore lint/suspicious/noExplicitAny: `extra` of SDK 1.x and `ctx` of 2.x share no type
export type Extra = any

/** The verbs that both majors have, called in the same way here. */
export interface TestClient {
  connect(transport: unknown): Promise<void>
  close(): Promise<void>
  getServerCapabilities(): object | undefined
  request(...args: unknown[]): Promise<unknown>
  notification(...args: unknown[]): Promise<void>
  callTool(params: ToolCall, ...rest: unknown[]): Promise<ToolResult>
  listTools(...rest: unknown[]): Promise<{ tools: { name: string }[] }>
  // biome-ignore lint/suspicious/noExplicitAny: the rest differs between the majors
  [verb: string]: any
}

export interface ToolCall {
  name: string
  arguments?: Record<string, unknown>
  _meta?: object
}

export interface ToolResult {
  content: { type: string; text: string }[]
  isError?: boolean
  [member: string]: unknown
}

export interface TestServer {
  connect(transport: unknown): Promise<void>
  close(): Promise<void>
  registerTool(name: string, config: object, handler: (...args: never[]) => unknown): unknown
  // biome-ignore lint/suspicious/noExplicitAny: the rest differs between the majors
  [member: string]: any
}

/** Options of a client of SDK 2 that asks for 2026-07-28. */
export const MODERN = { versionNegotiation: { mode: 'auto' } } as const

const INFO = { name: 'test', version: '1.0.0' }

export function newClient(major: Major, options: object = {}): TestClient {
  return (major === 1 ? new ClientV1(INFO, options) : new ClientV2(INFO, options)) as unknown as TestClient
}

export function newServer(major: Major, options: object = {}): TestServer {
  return (major === 1 ? new McpServerV1(INFO, options) : new McpServerV2(INFO, options)) as unknown as TestServer
}

export interface LinkedTransport {
  start(): Promise<void>
  close(): Promise<void>
  send(message: object, options?: object): Promise<void>
  onmessage?: (message: object, extra?: object) => void
  onerror?: (error: Error) => void
  onclose?: () => void
}

/** Two transports of the SDK, each the other's peer: [the client's, the server's]. */
export function linkedPair(major: Major): [LinkedTransport, LinkedTransport] {
  const pair = major === 1 ? InMemoryTransportV1.createLinkedPair() : InMemoryTransportV2.createLinkedPair()
  return pair as unknown as [LinkedTransport, LinkedTransport]
}

/** Connects by the testing kit, until the test is over. */
export async function connectInMemory(
  client: TestClient,
  server: TestServer,
  options?: PairOptions,
): Promise<ConnectedPair> {
  const pair = await connectPair(server, client, options)
  onTestFinished(() => pair.close())
  return pair
}

/** Calls a tool with request options: they come after a result schema in SDK 1.x. */
export function callWith(major: Major, client: TestClient, params: ToolCall, options: object): Promise<ToolResult> {
  return major === 1 ? client.callTool(params, undefined, options) : client.callTool(params, options)
}

/** A tool's answer: any value, as JSON in its text. */
export function reply(value: unknown): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) ?? 'null' }] }
}

/** The value in a tool's answer. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows what its tool answered
export function answerOf(result: unknown): any {
  return JSON.parse((result as ToolResult).content[0]?.text ?? 'null')
}

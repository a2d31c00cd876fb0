// The server of every cell: each of its handlers keeps what it saw of the context.
import { setTimeout as sleep } from 'node:timers/promises'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { inputRequired, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { ContextError, encodeContext } from 'mcp-request-context'
import { getContext, installContext } from 'mcp-request-context/server'
import { z } from 'zod'
import { testContext } from '../support/contexts.js'
import type { Extra, Major, TestServer } from '../support/sdk.js'
import { FORM, type Order, orderSchema, sendBack } from './back.js'
import type { Log } from './log.js'
import { addJob, SeeingTaskStore } from './tasks.js'
import { text } from './text.js'

/** What all servers of one endpoint share: stateless HTTP makes one for each request. */
export interface Host {
  readonly major: Major
  readonly log: Log
  /** Without this package, to see what the SDK does by itself. */
  readonly bare: boolean
  readonly tasks: SeeingTaskStore
}

export function newHost(major: Major, log: Log, bare: boolean): Host {
  return { major, log, bare, tasks: new SeeingTaskStore(log) }
}

/** Every method that can need a context; what only lists never does. */
export const REQUIRED: readonly string[] = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
  'tasks/get',
  'tasks/result',
  'tasks/cancel',
]

const INFO = { name: 'interop', version: '1.0.0' }
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
}
const TASKS = { list: {}, cancel: {}, requests: { tools: { call: {} } } }

/** For how long the client of 2026-07-28 may keep a result, whatever the context. */
const CACHED = { ttlMs: 3_600_000, cacheScope: 'public' } as const

/** What is answered to the methods that `McpServer` leads to no function of a user's. */
const RESULTS: Readonly<Record<string, object>> = {
  ping: {},
  'tools/list': { tools: [], ...CACHED },
  'prompts/list': { prompts: [], ...CACHED },
  'resources/list': { resources: [], ...CACHED },
  'resources/templates/list': { resourceTemplates: [], ...CACHED },
  'resources/subscribe': {},
  'resources/unsubscribe': {},
  'completion/complete': { completion: { values: [] } },
  'logging/setLevel': {},
}

export function makeServer(host: Host): TestServer {
  const { log, bare } = host
  const server = newServer(host)
  if (!bare) installContext(server, testContext, { required: REQUIRED })
  addTools(server, host)
  server.registerResource('r', 'test:r', {}, async (uri: URL, extra: Extra) => {
    await log.see('resources/read', extra)
    return { contents: [{ uri: uri.href, text: 'r' }], ...CACHED }
  })
  server.registerPrompt('p', {}, async (extra: Extra) => {
    await log.see('prompts/get', extra)
    return { messages: [] }
  })
  answerAll(server.server, host.major, RESULTS, log)
  return server
}

function newServer({ major, tasks }: Host): TestServer {
  const server =
    major === 1
      ? new McpServerV1(INFO, { capabilities: { ...CAPABILITIES, tasks: TASKS }, taskStore: tasks })
      : new McpServerV2(INFO, { capabilities: CAPABILITIES })
  return server as unknown as TestServer
}

// biome-ignore lint/suspicious/noExplicitAny: a `Client` or a `Server` of either major
type Peer = Record<string, any>

/** Has a `Client` or a `Server` of either major keep what its handlers of requests, of notifications and of errors see. */
export function answerAll(peer: Peer, major: Major, results: Readonly<Record<string, object>>, log: Log): void {
  for (const [method, result] of Object.entries(results)) {
    const schema = z.object({ method: z.literal(method), params: z.looseObject({}).optional() })
    peer.setRequestHandler(major === 1 ? schema : method, async (_request: unknown, extra: Extra) => {
      await log.see(method, extra)
      return structuredClone(result)
    })
  }
  peer.fallbackNotificationHandler = ({ method }: { method: string }) => log.see(method)
  peer.onerror = (error: unknown) => {
    if (error instanceof ContextError) log.arrived('onerror', error.code)
  }
}

function addTools(server: TestServer, host: Host): void {
  const { log, major } = host
  server.registerTool('sightings', {}, async () => text(log.drain()))
  server.registerTool('read', {}, async (extra: Extra) => {
    await log.see('tools/call', extra)
    return text((extra.mcpReq ?? extra)._meta?.['com.example/own'] ?? 'gone')
  })
  server.registerTool('hold', {}, async (extra: Extra) => {
    await log.see('hold', extra)
    await ended((extra.mcpReq ?? extra).signal)
    await log.see('hold, ended', extra)
    return text('held')
  })
  server.registerTool('progress', {}, (extra: Extra) => progress(log, extra))
  server.registerTool('back', { inputSchema: orderSchema }, async (order: Order, extra: Extra) =>
    text(await sendBack(server, order, extra)),
  )
  server.registerTool('ask', {}, (extra: Extra) => ask(host, extra))
  if (major === 1) addJob(server, log)
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

async function progress(log: Log, extra: Extra) {
  const { progressToken } = (extra.mcpReq ?? extra)._meta
  const notify = extra.mcpReq?.notify ?? extra.sendNotification
  for (const progress of [1, 2]) {
    await notify({ method: 'notifications/progress', params: { progressToken, progress } })
    // A client forgets the token when it has the answer: it is to have handled the notification by then.
    await sleep(10)
  }
  await log.see('progress', extra)
  return text('progress')
}

/** A multi-round-trip request: the server wants to know something first, and handles the call once more. */
async function ask({ log, bare }: Host, extra: Extra): Promise<unknown> {
  const inputResponses = extra.mcpReq?.inputResponses
  await log.see(inputResponses === undefined ? 'first round' : 'second round', extra)
  if (inputResponses !== undefined) return text(inputResponses)
  const _meta = bare ? {} : { [testContext.key]: await encodeContext(testContext, getContext(testContext)) }
  const request = { method: 'elicitation/create', params: { ...FORM, _meta } } as const
  return inputRequired({ inputRequests: { name: request as never } })
}

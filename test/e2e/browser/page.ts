// Runs in the page, and in its worker: MCP clients that call a server of another origin through contextFetch.
import { Client as ClientV2, StreamableHTTPClientTransport as HttpClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as HttpClientV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { DEFINITIONS, type DefinitionName } from './definitions.js'

export type Dialect = 'SDK 1, 2025-11-25' | 'SDK 2, 2025-11-25' | 'SDK 2, 2026-07-28'

/** What the page is asked to do: one connection, and a call under each context, all at once. */
export interface Plan {
  readonly url: string
  readonly dialect?: Dialect
  readonly definition?: DefinitionName
  readonly contexts: readonly object[]
  /** Options of the SDK's transport. */
  readonly transport?: { readonly requestInit?: RequestInit; readonly redirectPolicy?: 'same-origin' | 'follow' }
}

/** An error, as far as it can be read across. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  readonly cause?: Failure
}

// biome-ignore lint/suspicious/noExplicitAny: a test knows what its tool answered
export type Outcome = { readonly answer: any } | { readonly failure: Failure }

export interface Report {
  readonly protocol: string | undefined
  readonly outcomes: readonly Outcome[]
}

const INFO = { name: 'page', version: '1.0.0' }
const MODERN = { versionNegotiation: { mode: 'auto' } } as const

/** Connects, makes the calls, ends the session. */
async function callAll(plan: Plan): Promise<Report> {
  const { dialect = 'SDK 2, 2026-07-28' } = plan
  const definition = DEFINITIONS[plan.definition ?? 'testContext']
  const options = { ...plan.transport, fetch: contextFetch(definition) }
  const url = new URL(plan.url)
  const major = dialect.startsWith('SDK 1') ? 1 : 2
  const transport = major === 1 ? new HttpClientV1(url, options) : new HttpClientV2(url, options)
  const client = major === 1 ? new ClientV1(INFO) : new ClientV2(INFO, dialect.endsWith('07-28') ? MODERN : {})
  // Both clients have the methods used here, and both transports are theirs.
  const root = createContextClient(client as ClientV2, definition)
  try {
    await root.connect(transport as HttpClientV2)
    const calls = plan.contexts.map(async (context, index) => {
      // Half of the views have a source that answers later.
      const view = root.withContext(index % 2 === 0 ? context : async () => context)
      const { content } = await view.callTool({ name: 'read' })
      return JSON.parse((content[0] as { text: string }).text)
    })
    const outcomes = await Promise.all(calls.map(outcomeOf))
    const { protocolVersion: protocol } = transport
    await transport.terminateSession()
    return { protocol, outcomes }
  } finally {
    await client.close()
  }
}

/** Does the same in a worker. */
function callAllInWorker(plan: Plan): Promise<Report> {
  const worker = new Worker('/page.js', { type: 'module' })
  return new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data }) => ('report' in data ? resolve(data.report) : reject(new Error(data.error)))
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.postMessage(plan)
  }).finally(() => worker.terminate())
}

/** Sends one call with contextFetch alone; the answer is the status. */
function post(url: string, context: object): Promise<Outcome> {
  const { testContext } = DEFINITIONS
  const params = { name: 'read', _meta: { [testContext.key]: context } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const headers = { 'content-type': 'application/json' }
  return outcomeOf(contextFetch(testContext)(url, { method: 'POST', headers, body }).then(({ status }) => status))
}

function outcomeOf(answer: Promise<unknown>): Promise<Outcome> {
  return answer.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ failure: failureOf(error) }),
  )
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) }
  const { name, message, code, cause } = error as Error & { code?: unknown }
  return { name, message, ...(code !== undefined && { code }), ...(cause !== undefined && { cause: failureOf(cause) }) }
}

declare global {
  var mcp: { callAll: typeof callAll; callAllInWorker: typeof callAllInWorker; post: typeof post }
}

globalThis.mcp = { callAll, callAllInWorker, post }

if (typeof document === 'undefined') {
  addEventListener('message', ({ data }) => {
    callAll(data).then(
      (report) => postMessage({ report }),
      (error) => postMessage({ error: String(error) }),
    )
  })
}

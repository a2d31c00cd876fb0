// A client for the suite's client scenarios: `client.ts 1|2 without|carried FOLDER URL`. It writes what it sent to a file
// named for the scenario in the folder.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext } from 'mcp-request-context/server'
import { type Credentials, SDKS, type Sdk, type SuiteClient } from './client-kit.js'
import { type Mode, suiteContext } from './context.js'
import { authorized, type Registered } from './oauth.js'

const [major = '', mode = '', folder = '', url = ''] = process.argv.slice(2)
const sdk = SDKS[major] as Sdk
const carries = (mode as Mode) === 'carried'
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? ''
const given: Credentials & Registered = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}')

/** Messages of one method: how many were sent, how many with the context, how many with its header too. */
export interface Counts {
  sent: number
  carried: number
  mirrored: number
}

const counts: Record<string, Counts> = {}

/** Counts what passes on its way to `fetch`. */
function counting(inner: typeof fetch): typeof fetch {
  return (input, init) => {
    const body = init?.body
    const message = typeof body === 'string' && body.startsWith('{') ? JSON.parse(body) : {}
    if (typeof message.method === 'string') {
      const tenant = message.params?._meta?.[suiteContext.key]?.tenant
      const count = counts[message.method] ?? { sent: 0, carried: 0, mirrored: 0 }
      counts[message.method] = count
      count.sent += 1
      if (tenant !== undefined) count.carried += 1
      if (tenant !== undefined && new Headers(init?.headers).get('x-tenant-id') === tenant) count.mirrored += 1
    }
    return inner(input, init)
  }
}

function transportOptions(): { authProvider?: unknown; fetch?: typeof fetch } {
  if (scenario.startsWith('auth/client-credentials-')) return { authProvider: sdk.clientCredentials(given) }
  if (scenario === 'auth/cross-app-access-complete-flow') return { authProvider: sdk.crossAppAccess(given) }
  if (!scenario.startsWith('auth/')) return {}
  const registered = scenario === 'auth/pre-registration' ? given : undefined
  return { fetch: authorized(sdk.authorizer, new URL(url), registered) as typeof fetch }
}

/** The tool that a scenario wants to be called. */
function tool(): { name: string; arguments: object } | undefined {
  if (scenario === 'tools_call') return { name: 'add_numbers', arguments: { a: 5, b: 3 } }
  if (scenario === 'elicitation-sep1034-client-defaults')
    return { name: 'test_client_elicitation_defaults', arguments: {} }
  if (scenario === 'sse-retry') return { name: 'test_reconnection', arguments: {} }
  return scenario.startsWith('auth/') ? { name: 'test-tool', arguments: {} } : undefined
}

async function play(): Promise<void> {
  const { fetch: inner = fetch, ...options } = transportOptions()
  const counted = counting(inner)
  const transport = sdk.newTransport(new URL(url), {
    ...options,
    fetch: carries ? contextFetch(suiteContext, counted) : counted,
  })
  const client = sdk.newClient()
  if (carries) installContext(client, suiteContext)
  const user = carries ? viewOf(client) : client
  await user.connect(transport)
  await user.listTools()
  const called = tool()
  if (called !== undefined && options.authProvider === undefined) await user.callTool(called)
  await transport.close()
}

/** A view that gives each request a context of its own. */
function viewOf(client: SuiteClient): SuiteClient {
  let requests = 0
  return createContextClient(client, suiteContext).withContext(() => ({ tenant: `tenant-${++requests}` }))
}

const outcome = await play().then(
  () => 'well',
  (error: Error) => error.name,
)
await writeFile(join(folder, `${scenario.replaceAll('/', '-')}.json`), JSON.stringify({ outcome, counts }))
process.exit(outcome === 'well' ? 0 : 1)

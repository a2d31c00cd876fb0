// What must hold on every connection of every version of the SDK.
import assert from 'node:assert/strict'
import { contextErrorFrom } from 'mcp-request-context'
import { type ContextCapableClient, createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import type { InstallOptions } from 'mcp-request-context/server'
import { requestContext } from './context.js'
import { claim } from './report.js'

/** A client of either major, as far as it is called here. */
export interface Caller extends ContextCapableClient {
  callTool(params: { name: string; _meta?: Record<string, unknown> }): Promise<unknown>
  listTools(): Promise<{ tools: { name: string }[] }>
  close(): Promise<void>
}

export interface Connected {
  readonly client: Caller
  /** `X-Tenant-Id` of the HTTP requests that called a tool, in order. */
  readonly mirrored?: (string | undefined)[]
}

/** One way to connect; a new server and a new client each time. */
export interface Connection {
  readonly name: string
  readonly connect: (options?: ConnectOptions) => Promise<Connected>
  /** It has HTTP headers, so a bridge. */
  readonly http?: true
  /** One server serves it from beginning to end. */
  readonly session?: true
}

export interface ConnectOptions {
  readonly install?: InstallOptions
  /** Of each HTTP request, as a gateway would set them. */
  readonly headers?: Record<string, string>
  readonly fetch?: typeof fetch
}

const { key } = requestContext

export const CHANGED = 'notifications/roots/list_changed'

export async function checkClaims({ name, connect, http, session }: Connection): Promise<void> {
  const claims: Record<string, (connected: Connected) => Promise<void>> = {
    ...CLAIMS,
    ...(session && SESSION_CLAIMS),
  }
  for (const [title, check] of Object.entries(claims)) {
    await claim(`${name}: ${title}`, async () => {
      const connected = await connect()
      await check(connected)
      await connected.client.close()
    })
  }
  if (!http) return
  for (const [title, check] of Object.entries(BRIDGE_CLAIMS)) await claim(`${name}: ${title}`, () => check(connect))
}

const CLAIMS: Record<string, (connected: Connected) => Promise<void>> = {
  async 'a call carries its context, for the handler and below it'({ client }) {
    const context = { tenant: 'acme', token: 'TOKEN_1', retries: 2 }
    const view = createContextClient(client, requestContext, { context })
    assert.deepEqual(await call(view, 'read'), [context, context])
  },

  async 'views of one client keep apart, and a later view has what the earlier one had'({ client }) {
    const root = createContextClient(client, requestContext)
    const acme = root.withContext({ tenant: 'acme', token: 'TOKEN_1' })
    const rotated = acme.withContext({ token: 'TOKEN_2' })
    const without = rotated.withContext({ token: undefined })
    const seen = await Promise.all([rotated, acme, without].map((view) => call(view, 'read')))
    assert.deepEqual(
      seen.map(([context]) => context),
      [{ tenant: 'acme', token: 'TOKEN_2' }, { tenant: 'acme', token: 'TOKEN_1' }, { tenant: 'acme' }],
    )
  },

  async 'fifty overlapping calls each see their own context'({ client }) {
    const root = createContextClient(client, requestContext)
    const tenants = Array.from({ length: 50 }, (_, index) => `tenant-${index}`)
    const seen = await Promise.all(tenants.map((tenant) => call(root.withContext({ tenant }), 'wait')))
    assert.deepEqual(
      seen,
      tenants.map((tenant) => [tenant, tenant]),
    )
  },

  async 'a source is asked once for each call'({ client }) {
    const asked: string[] = []
    const view = createContextClient(client, requestContext, {
      context: async ({ method }) => {
        asked.push(method)
        return { tenant: `t${asked.length}` }
      },
    })
    const seen = [await call(view, 'read'), await call(view, 'read')]
    assert.deepEqual(
      seen.map(([context]) => context.tenant),
      ['t1', 't2'],
    )
    assert.deepEqual(asked, ['tools/call', 'tools/call'])
  },

  async 'a call without a context is refused as missing, and a listing is not'({ client }) {
    assert.equal((await client.listTools()).tools.length, 5)
    await refused(client.callTool({ name: 'read' }), 'missing', -32602)
  },

  async 'an invalid context is refused, and no sensitive value comes back'({ client }) {
    const wrong = { [key]: { tenant: 7, token: { secret: 'TOKEN_1' } } }
    const error = await refused(client.callTool({ name: 'read', _meta: wrong }), 'invalid', -32602)
    assert.ok(!JSON.stringify([error.message, error]).includes('TOKEN_1'))
  },

  async 'a context over a limit is refused as too large'({ client }) {
    const large = { [key]: { tenant: 'x'.repeat(10_000) } }
    await refused(client.callTool({ name: 'read', _meta: large }), 'too_large', -32602)
  },

  async 'the client sends no context that the definition does not allow'({ client }) {
    const root = createContextClient(client, requestContext)
    await refused(root.withContext({ token: 'TOKEN_1' }).callTool({ name: 'read' }), 'invalid')
    const _meta = { [key]: { tenant: 'other' } }
    await refused(root.withContext({ tenant: 'acme' }).callTool({ name: 'read', _meta }), 'conflict')
  },

  async 'the server advertises the context'({ client }) {
    const settings = supportedContexts(client).get(key)
    const calls = ['tools/call', 'resources/read', 'prompts/get', 'completion/complete']
    assert.deepEqual(settings?.required, [...calls, 'tasks/get', 'tasks/result', 'tasks/cancel'])
    assert.deepEqual(settings?.headers?.tenant, { name: 'X-Tenant-Id', type: 'string' })
  },

  async 'getHttpHeaders has the bound fields, with HTTP and without it'({ client }) {
    const view = createContextClient(client, requestContext, { context: { tenant: 'acme', retries: 2 } })
    const headers = Object.fromEntries(await call(view, 'headers'))
    assert.deepEqual([headers['x-tenant-id'], headers['x-retries']], ['acme', '2'])
  },
}

const SESSION_CLAIMS: typeof CLAIMS = {
  async 'a notification carries its context, and an invalid one is handled without'({ client }) {
    const view = createContextClient(client, requestContext, { context: { tenant: 'acme' } })
    await view.notification({ method: CHANGED })
    await client.notification({ method: CHANGED, params: { _meta: { [key]: { tenant: 7 } } } })
    const notified = await call(view, 'notified')
    assert.deepEqual(notified, [
      [CHANGED, 'acme'],
      [CHANGED, null],
    ])
  },
}

const BRIDGE_CLAIMS: Record<string, (connect: Connection['connect']) => Promise<void>> = {
  async 'contextFetch mirrors the context into the headers of its own request'(connect) {
    const { client, mirrored } = await connect({
      install: { required: true, http: { verify: 'strict' } },
      fetch: contextFetch(requestContext),
    })
    const root = createContextClient(client, requestContext)
    await Promise.all(['a', 'b', 'c'].map((tenant) => call(root.withContext({ tenant }), 'read')))
    assert.deepEqual(mirrored?.toSorted(), ['a', 'b', 'c'])
    await client.close()
  },

  async 'a call without its headers is refused where verification is strict'(connect) {
    const { client } = await connect({ install: { http: { verify: 'strict' } } })
    const view = createContextClient(client, requestContext, { context: { tenant: 'acme' } })
    await refused(view.callTool({ name: 'read' }), 'mismatch', -32020)
    await client.close()
  },

  async 'a header that says something else than the context is refused'(connect) {
    const { client } = await connect({ headers: { 'X-Tenant-Id': 'other' } })
    const view = createContextClient(client, requestContext, { context: { tenant: 'acme' } })
    await refused(view.callTool({ name: 'read' }), 'mismatch', -32020)
    await client.close()
  },

  async 'a field that the context lacks is lifted from its header'(connect) {
    const { client } = await connect({
      install: { required: true, http: { lift: true } },
      headers: { 'X-Tenant-Id': 'acme', 'X-Retries': '3' },
    })
    assert.deepEqual((await call(client, 'read'))[0], { tenant: 'acme', retries: 3 })
    await client.close()
  },
}

/** Calls a tool for the value in its answer. */
// biome-ignore lint/suspicious/noExplicitAny: each claim knows what its tool answers
export async function call(client: Caller, name: string): Promise<any> {
  const result = (await client.callTool({ name })) as { content: { text: string }[]; isError?: boolean }
  const text = result.content[0]?.text ?? 'null'
  if (result.isError) throw new Error(text)
  return JSON.parse(text)
}

async function refused(pending: Promise<unknown>, code: string, rpcCode?: number): Promise<Error> {
  const error = await pending.then(
    (value) => assert.fail(`answered: ${JSON.stringify(value)}`),
    (error: Error & { code?: unknown }) => error,
  )
  const rejection = contextErrorFrom(error)
  assert.equal(rejection?.code, code, error.message)
  if (rpcCode !== undefined) assert.equal(error.code, rpcCode)
  return error
}

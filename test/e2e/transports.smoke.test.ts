// One end-to-end run of each transport: over all but the one in memory, the server is a process of its own.
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { getContext, getHttpHeaders, installContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { httpTransport, sseTransport } from '../support/http.js'
import { Script, stdioTransport } from '../support/processes.js'
import {
  answerOf,
  connectInMemory,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
} from '../support/sdk.js'

const SERVER = 'test/e2e/server.ts'

type Connect = (client: TestClient) => Promise<unknown>

const inMemory =
  (major: Major): Connect =>
  (client) => {
    const server = installContext(newServer(major), testContext, { required: true })
    server.registerTool('read', {}, () => {
      return reply({ context: getContext(testContext), tenantHeader: getHttpHeaders().get('x-tenant-id') })
    })
    return connectInMemory(client, server)
  }

const stdio =
  (major: Major): Connect =>
  (client) =>
    client.connect(stdioTransport(major, SERVER, 'stdio', String(major)))

/** Starts the server as a process, until the test is over. */
async function served(...args: string[]): Promise<URL> {
  const server = new Script(SERVER, ...args)
  onTestFinished(() => server.stop())
  return new URL(await server.firstLine())
}

const FETCH = { fetch: contextFetch(testContext) }

const http =
  (major: Major): Connect =>
  async (client) => {
    await client.connect(httpTransport(major, await served('http', String(major)), FETCH))
  }

const sse: Connect = async (client) => {
  await client.connect(sseTransport(await served('sse', '1'), FETCH))
}

describe.each<[name: string, major: Major, options: object, connect: Connect]>([
  ['in memory, SDK 1', 1, {}, inMemory(1)],
  ['in memory, SDK 2', 2, {}, inMemory(2)],
  ['stdio, SDK 1', 1, {}, stdio(1)],
  ['stdio, SDK 2, 2026-07-28', 2, MODERN, stdio(2)],
  ['Streamable HTTP, SDK 1', 1, {}, http(1)],
  ['Streamable HTTP, SDK 2, 2026-07-28', 2, MODERN, http(2)],
  ['HTTP+SSE', 1, {}, sse],
])('%s', (_name, major, options, connect) => {
  test('each of 20 overlapping calls has its own context, and calls without a valid one are refused', async () => {
    const client = newClient(major, options)
    await connect(client)
    onTestFinished(() => client.close())
    const root = createContextClient(client, testContext)
    const tenants = Array.from({ length: 20 }, (_, index) => `tenant-${index}`)
    const calls = tenants.map(async (tenant) => {
      const context = { tenant, token: `token of ${tenant}` }
      return [context, answerOf(await root.withContext(context).callTool({ name: 'read' }))] as const
    })
    for (const [context, seen] of await Promise.all(calls)) {
      expect(seen).toEqual({ context, tenantHeader: context.tenant })
    }
    await expect(root.callTool({ name: 'read' })).rejects.toMatchObject({ data: { reason: 'missing', issues: [] } })
    const _meta = { [testContext.key]: { user: { id: 7 } } }
    await expect(client.callTool({ name: 'read', _meta })).rejects.toMatchObject({
      data: { reason: 'invalid', issues: [{ path: ['user', 'id'] }] },
    })
    await client.listTools()
  })
})

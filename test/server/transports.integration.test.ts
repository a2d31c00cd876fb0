// The same answers on every transport of both majors: what a handler reads, and what is refused before it runs.
import { setTimeout as sleep } from 'node:timers/promises'
import { contextErrorFrom } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { getContext, getHttpHeaders, installContext, readContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testContext } from '../support/contexts.js'
import { httpTransport, serveHandler, serveSse, serveStateful, serveStateless, sseTransport } from '../support/http.js'
import {
  answerOf,
  connectInMemory,
  type Extra,
  linkedPair,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'

type MakeServer = () => TestServer
type Connect = (client: TestClient, makeServer: MakeServer) => Promise<unknown>

const http =
  (major: Major, serve: (makeServer: MakeServer) => Promise<URL>): Connect =>
  async (client, makeServer) =>
    client.connect(httpTransport(major, await serve(makeServer)))

const inMemory =
  (major: Major): Connect =>
  async (client, makeServer) => {
    const [near, far] = linkedPair(major)
    await makeServer().connect(far)
    await client.connect(near)
  }

/** Client major, server major, client options, how they meet. */
const CELLS: [name: string, client: Major, server: Major, options: object, connect: Connect][] = []
for (const client of MAJORS) {
  for (const server of MAJORS) {
    CELLS.push(
      ['in memory', client, server, {}, inMemory(client)],
      ['the testing kit', client, server, {}, (near, make) => connectInMemory(near, make())],
      ['stateful HTTP', client, server, {}, http(client, (make) => serveStateful(server, make))],
      ['stateless HTTP', client, server, {}, http(client, (make) => serveStateless(server, make))],
      [
        'stateless HTTP with JSON responses',
        client,
        server,
        {},
        http(client, (make) => serveStateless(server, make, { enableJsonResponse: true })),
      ],
    )
  }
  CELLS.push(['createMcpHandler', client, 2, {}, http(client, serveHandler)])
}
CELLS.push(['createMcpHandler, 2026-07-28', 2, 2, MODERN, http(2, serveHandler)])
CELLS.push(['HTTP+SSE', 1, 1, {}, async (client, make) => client.connect(sseTransport(await serveSse(make)))])

describe.each(CELLS)('%s, client of SDK %i, server of SDK %i', (_name, clientMajor, serverMajor, options, connect) => {
  async function connected(required = true) {
    const handled: string[] = []
    const makeServer = () => {
      const server = installContext(newServer(serverMajor), testContext, { required })
      server.registerTool('read', {}, async (extra: Extra) => {
        handled.push('read')
        await sleep(1)
        return reply({
          ambient: tryGetContext(testContext),
          argument: tryGetContext(testContext) && readContext(testContext, extra),
          tenantHeader: getHttpHeaders().get('x-tenant-id'),
          frozen: Object.isFrozen(tryGetContext(testContext)),
        })
      })
      return server
    }
    const client = newClient(clientMajor, options)
    await connect(client, makeServer)
    onTestFinished(() => client.close())
    return { root: createContextClient(client, testContext), handled }
  }

  test('every accessor gives the context that the call carried', async () => {
    const { root } = await connected()
    const context = { tenant: 'acme', token: 't', retries: 2, dryRun: false, user: { id: 'u' } }
    const seen = answerOf(await root.withContext(context).callTool({ name: 'read' }))
    expect(seen).toEqual({ ambient: context, argument: context, tenantHeader: 'acme', frozen: true })
  })

  test('a call without a context is refused where it is required, and never reaches the handler', async () => {
    const { root, handled } = await connected()
    const error = await root.callTool({ name: 'read' }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: -32602, data: { reason: 'missing', issues: [] } })
    expect(contextErrorFrom(error)).toMatchObject({ name: 'ContextError', code: 'missing' })
    expect(handled).toEqual([])
    await root.listTools()
  })

  test('a call without a context is served where it is not required', async () => {
    const { root } = await connected(false)
    expect(answerOf(await root.callTool({ name: 'read' }))).toEqual({ tenantHeader: null, frozen: true })
  })

  test('an invalid context is refused with its path, and the next call is served', async () => {
    const { root, handled } = await connected()
    const _meta = { [testContext.key]: { tenant: 'acme', user: { id: 7 } } }
    const error = await root.callTool({ name: 'read', _meta }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: -32602, data: { reason: 'invalid', issues: [{ path: ['user', 'id'] }] } })
    expect(handled).toEqual([])
    const seen = answerOf(await root.withContext({ tenant: 'acme' }).callTool({ name: 'read' }))
    expect(seen.ambient).toEqual({ tenant: 'acme' })
  })

  test('overlapping calls never see each other’s context', async () => {
    const { root } = await connected()
    const calls = Array.from({ length: 40 }, async (_, index) => {
      const tenant = `t${index}`
      const seen = answerOf(await root.withContext({ tenant }).callTool({ name: 'read' }))
      expect(seen).toMatchObject({ ambient: { tenant }, argument: { tenant }, tenantHeader: tenant })
    })
    await Promise.all(calls)
  })
})

test('a context is readable in every kind of handler of a server', async () => {
  const server = installContext(newServer(1), testContext, { required: true })
  const tenant = () => getContext(testContext).tenant ?? ''
  server.registerResource('r', 'a:b', {}, async (uri: URL) => ({ contents: [{ uri: uri.href, text: tenant() }] }))
  server.registerPrompt('p', {}, () => ({ messages: [{ role: 'user', content: { type: 'text', text: tenant() } }] }))
  const client = newClient(1)
  await connectInMemory(client, server)
  const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
  expect(await view.readResource({ uri: 'a:b' })).toMatchObject({ contents: [{ text: 'acme' }] })
  expect(await view.getPrompt({ name: 'p' })).toMatchObject({ messages: [{ content: { text: 'acme' } }] })
  await expect(client.readResource({ uri: 'a:b' })).rejects.toMatchObject({ data: { reason: 'missing' } })
  await expect(client.getPrompt({ name: 'p' })).rejects.toMatchObject({ data: { reason: 'missing' } })
})

// Requirements of more than one message, on real clients and servers of the SDKs, beside the vectors of `exchanges`.
import { setTimeout as sleep } from 'node:timers/promises'
import { EXTENSION_ID } from 'mcp-request-context'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextFetch } from 'mcp-request-context/http'
import { installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'
import { eventually } from '../support/eventually.js'
import { httpTransport, listen, serveStateful } from '../support/http.js'
import { ScriptedPeer } from '../support/scripted-peer.js'
import {
  answerOf,
  connectInMemory,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'

const KEY = testContext.key
const TOOL = { name: 'read' }
/** A server with one tool that takes a moment and answers with the context that it then sees. */
function readingServer(major: Major, options: object = {}): TestServer {
  const server = installContext(newServer(major), testContext, options)
  server.registerTool('read', {}, async () => {
    await sleep(2)
    return reply(tryGetContext(testContext) ?? null)
  })
  return server
}

async function connected(major: Major, options: object = {}) {
  const client = newClient(major)
  const server = readingServer(major, options)
  await connectInMemory(client, server)
  return { client, server, root: createContextClient(client, testContext) }
}

async function withPeer(major: Major, peer: ScriptedPeer, options: object = {}): Promise<TestClient> {
  const client = newClient(major, options)
  await client.connect(peer.near)
  onTestFinished(() => client.close())
  return client
}

const contextOf = (message: { params?: { _meta?: Record<string, unknown> } } | undefined) =>
  message?.params?._meta?.[KEY]

describe.each(MAJORS)('SDK %i', (major) => {
  test('RC-016 accept: a client with a context connects, and its handshake carries none', async () => {
    const peer = new ScriptedPeer(major)
    const view = createContextClient(newClient(major), testContext, { context: { tenant: 'acme' } })
    await view.connect(peer.near)
    onTestFinished(() => view.close())
    expect(peer.received.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized'])
    expect(JSON.stringify(peer.received)).not.toContain('acme')
    await view.callTool(TOOL)
    expect(contextOf(peer.of('tools/call')[0])).toEqual({ tenant: 'acme' })
  })

  test('RC-016 reject: a handshake that is sent by hand gets no context', async () => {
    const peer = new ScriptedPeer(major)
    const view = createContextClient(await withPeer(major, peer), testContext, { context: { tenant: 'acme' } })
    peer.received.length = 0
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } }
    // A sender may refuse, or send it without.
    await Promise.allSettled([
      view.request({ method: 'initialize', params }, { parse: (value: unknown) => value }),
      view.notification({ method: 'notifications/initialized' }),
    ])
    expect(JSON.stringify(peer.received)).not.toContain('acme')
  })

  test('RC-017 accept: overlapping calls each see their own context', async () => {
    const { root } = await connected(major)
    const tenants = Array.from({ length: 20 }, (_, index) => `t${index}`)
    const answers = await Promise.all(tenants.map((tenant) => root.withContext({ tenant }).callTool(TOOL)))
    expect(answers.map(answerOf)).toEqual(tenants.map((tenant) => ({ tenant })))
  })

  test('RC-017 reject: a call without a context sees none while others have one', async () => {
    const { client, root } = await connected(major)
    const view = root.withContext({ tenant: 'acme' })
    const [, bare] = await Promise.all([view.callTool(TOOL), client.callTool(TOOL), view.callTool(TOOL)])
    expect(answerOf(bare)).toBeNull()
  })

  describe('on a connection with a session', () => {
    async function inSession(options: object = {}) {
      const client = newClient(major)
      await client.connect(httpTransport(major, await serveStateful(major, () => readingServer(major, options))))
      onTestFinished(() => client.close())
      return { client, root: createContextClient(client, testContext) }
    }

    test('RC-020 accept: each call has the context that it carries itself', async () => {
      const { root } = await inSession({ required: true })
      for (const context of [{ tenant: 'acme', retries: 1 }, { tenant: 'other' }]) {
        expect(answerOf(await root.withContext(context).callTool(TOOL))).toEqual(context)
      }
    })

    test('RC-020 reject: a call without a context does not have that of the call before', async () => {
      const { client, root } = await inSession()
      await root.withContext({ tenant: 'acme' }).callTool(TOOL)
      expect(answerOf(await client.callTool(TOOL))).toBeNull()
      const strict = await inSession({ required: true })
      await strict.root.withContext({ tenant: 'acme' }).callTool(TOOL)
      await expect(strict.client.callTool(TOOL)).rejects.toMatchObject({ code: -32602, data: { reason: 'missing' } })
    })
  })

  test('RC-021 accept: a request that is made again after an error carries a context made anew', async () => {
    const { root } = await connected(major)
    const tokens = [7, 'fresh'] as never[]
    const view = root.withContext(() => ({ token: tokens.shift() }))
    await expect(view.callTool(TOOL)).rejects.toMatchObject({ code: 'invalid' })
    expect(answerOf(await view.callTool(TOOL))).toEqual({ token: 'fresh' })
  })

  test('RC-025 reject: a server that is to require a context of what lists is not made', () => {
    for (const method of ['initialize', 'ping', 'tools/list', 'notifications/progress']) {
      expect(() => installContext(newServer(major), testContext, { required: [method] })).toThrow(/never needs/)
    }
  })

  test('RC-029 reject: a notification whose context is refused is handled without it, and reported', async () => {
    const { client, server } = await connected(major)
    const seen: unknown[] = []
    const onerror = vi.fn()
    server.server.onerror = onerror
    server.server.fallbackNotificationHandler = async () => {
      seen.push(tryGetContext(testContext) ?? null)
    }
    const send = (tenant: unknown) =>
      client.notification({ method: 'notifications/com.example/note', params: { _meta: { [KEY]: { tenant } } } })
    await send('acme')
    await send(7)
    await eventually(() => expect(seen).toEqual([{ tenant: 'acme' }, null]))
    expect(onerror.mock.calls).toEqual([[expect.objectContaining({ name: 'ContextError', code: 'invalid' })]])
  })

  test('RC-030 accept: after a rejection the next call is served', async () => {
    const { client, root } = await connected(major, { required: true })
    await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
    expect(answerOf(await root.withContext({ tenant: 'acme' }).callTool(TOOL))).toEqual({ tenant: 'acme' })
  })

  test('RC-030 reject: a hundred hostile messages are refused one by one, and the connection lives', async () => {
    const { client, root } = await connected(major)
    const hostile = [null, 'x', { '': 1 }, { tenant: 7 }, { a: 'x'.repeat(9000) }]
    const call = (context: unknown) => client.callTool({ ...TOOL, _meta: { [KEY]: context } })
    const answers = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => call(hostile[index % 5])))
    for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason: { code: -32602 } })
    expect(answerOf(await root.withContext({ tenant: 'acme' }).callTool(TOOL))).toEqual({ tenant: 'acme' })
  })

  describe('nothing is fetched', () => {
    async function advertised(schema: object) {
      const fetched = vi.spyOn(globalThis, 'fetch')
      onTestFinished(() => fetched.mockRestore())
      const peer = new ScriptedPeer(major, ({ method, params }) =>
        method === 'initialize'
          ? {
              protocolVersion: params?.protocolVersion,
              capabilities: { tools: {}, extensions: { [EXTENSION_ID]: { contexts: { [KEY]: { schema } } } } },
              serverInfo: { name: 's', version: '1' },
            }
          : undefined,
      )
      const client = await withPeer(major, peer)
      client.onerror = () => {}
      await createContextClient(client, testContext, { context: { tenant: 'acme' } }).callTool(TOOL)
      return { keys: [...supportedContexts(client).keys()], fetched }
    }

    test('RC-048 accept: settings that refer to nothing but themselves are taken', async () => {
      const { keys, fetched } = await advertised({ $ref: '#/$defs/a', $defs: { a: { type: 'object' } } })
      expect(keys).toEqual([KEY])
      expect(fetched).not.toHaveBeenCalled()
    })

    test('RC-048 reject: settings that refer to another host are as good as none', async () => {
      let asked = 0
      const url = await listen((_request, response) => {
        asked++
        response.end('{"type":"object"}')
      })
      const { keys, fetched } = await advertised({ $ref: url.href })
      expect(keys).toEqual([])
      expect(fetched).not.toHaveBeenCalled()
      // The server would have been asked before this.
      await fetch(url)
      expect(asked).toBe(1)
    })
  })
})

describe('a further round of a multi-round-trip request of SDK 2', () => {
  async function rounds(context: () => object) {
    let round = 0
    const peer = new ScriptedPeer(2, ({ method }) =>
      method === 'tools/call' && ++round < 3
        ? { resultType: 'input_required', requestState: `state ${round}`, inputRequests: {} }
        : undefined,
    )
    const view = createContextClient(await withPeer(2, peer, MODERN), testContext, { context })
    await view.callTool(TOOL)
    return peer.of('tools/call')
  }

  test('RC-021 accept: carries a context that was made anew', async () => {
    let rotation = 0
    const calls = await rounds(() => ({ token: `T${++rotation}` }))
    expect(calls.map(contextOf)).toEqual([{ token: 'T1' }, { token: 'T2' }, { token: 'T3' }])
  })

  test('RC-021 reject: does not send a value again that has gone meanwhile', async () => {
    let asked = 0
    const [first, ...later] = await rounds(() =>
      ++asked === 1 ? { tenant: 'acme', token: 'spent' } : { tenant: 'acme' },
    )
    expect(contextOf(first)).toEqual({ tenant: 'acme', token: 'spent' })
    expect(later.map(contextOf)).toEqual([{ tenant: 'acme' }, { tenant: 'acme' }])
  })
})

describe('a redirect', () => {
  const INIT = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'read', _meta: { [KEY]: { tenant: 'acme' } } },
    }),
  }

  /** A server that answers at /there, and redirects from anywhere else. */
  async function server(redirectsTo: () => URL | string = () => '/there') {
    const arrived: { path: string; header: unknown; body: string }[] = []
    const url = await listen(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const path = String(request.url)
      arrived.push({ path, header: request.headers['x-tenant-id'], body })
      if (path === '/there') response.end('{}')
      else response.writeHead(307, { location: String(redirectsTo()) }).end()
    })
    return { url, arrived }
  }

  test('RC-037 accept: within the origin is followed, with the context and its headers', async () => {
    const { url, arrived } = await server()
    const response = await contextFetch(testContext)(url, INIT)
    expect(response.status).toBe(200)
    const sent = { header: 'acme', body: INIT.body }
    expect(arrived).toEqual([
      { path: '/mcp', ...sent },
      { path: '/there', ...sent },
    ])
  })

  test.each([['there'], ['mcp']])('RC-037 reject: to /%s of another origin takes nothing there', async (path) => {
    const other = await server()
    const { url, arrived } = await server(() => new URL(`/${path}`, other.url))
    await expect(contextFetch(testContext)(url, INIT)).rejects.toMatchObject({
      name: 'ContextError',
      code: 'redirected',
    })
    expect(arrived).toHaveLength(1)
    expect(other.arrived).toEqual([])
  })

  test.each(MAJORS)('RC-037 reject: a transport of SDK %i takes nothing to another origin', async (major) => {
    const other = await server()
    const { url } = await server(() => new URL('/there', other.url))
    const client = newClient(major)
    const transport = httpTransport(major, url, { fetch: contextFetch(testContext) })
    const view = createContextClient(client, testContext, { context: { tenant: 'acme' } })
    await (transport as { start(): Promise<void> }).start()
    const sent = (transport as { send(message: object): Promise<void> }).send(JSON.parse(INIT.body))
    await expect(sent).rejects.toThrow()
    await view.close()
    expect(JSON.stringify(other.arrived)).not.toContain('acme')
  })
})

describe('the response cache of SDK 2', () => {
  async function cached() {
    const peer = new ScriptedPeer(2, ({ method, params }) => {
      const { tenant = 'nobody' } = (params?._meta?.[KEY] ?? {}) as { tenant?: string }
      const lasting = { ttlMs: 3_600_000, cacheScope: 'public', resultType: 'complete' }
      if (method === 'resources/read') return { contents: [{ uri: 'a:b', text: tenant }], ...lasting }
      return method === 'resources/list' ? { resources: [{ uri: 'a:b', name: tenant }], ...lasting } : undefined
    })
    const client = await withPeer(2, peer, MODERN)
    const root = createContextClient(client, testContext)
    peer.received.length = 0
    return { peer, client, acme: root.withContext({ tenant: 'acme' }), other: root.withContext({ tenant: 'other' }) }
  }

  const VERBS: [string, (client: TestClient, options?: object) => Promise<unknown>][] = [
    ['readResource', (client, options) => client.readResource({ uri: 'a:b' }, options)],
    ['listResources', (client, options) => client.listResources(undefined, options)],
  ]

  test.each(VERBS)(
    'RC-050 accept: %s without a context, or for who asks for it, is served from it',
    async (_, call) => {
      const { client, peer, acme } = await cached()
      for (const again of [client, client]) expect(JSON.stringify(await call(again))).toContain('nobody')
      expect(peer.received).toHaveLength(1)
      expect(JSON.stringify(await call(acme, { cacheMode: 'use' }))).toContain('nobody')
    },
  )

  test.each(VERBS)('RC-050 reject: %s under one context is not served under another or none', async (_, call) => {
    const { client, peer, acme, other } = await cached()
    const answers: [TestClient, string][] = [
      [acme, 'acme'],
      [other, 'other'],
      [client, 'nobody'],
      [acme, 'acme'],
    ]
    for (const [caller, tenant] of answers) expect(JSON.stringify(await call(caller))).toContain(tenant)
    expect(peer.received).toHaveLength(4)
  })
})

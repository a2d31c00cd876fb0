// The testing kit on real servers and clients of both SDK majors, in any pairing.
import { InitializeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type ContextErrorCode, contextErrorFrom } from 'mcp-request-context'
import { createContextClient, supportedContexts } from 'mcp-request-context/client'
import { contextToHeaders } from 'mcp-request-context/http'
import { getHttpHeaders, installContext, runWithContext, tryGetContext } from 'mcp-request-context/server'
import { connectPair, type PairOptions, type PairServer } from 'mcp-request-context/testing'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { testContext } from '../support/contexts.js'
import {
  answerOf,
  type Extra,
  MAJORS,
  type Major,
  MODERN,
  newClient,
  newServer,
  reply,
  type TestClient,
  type TestServer,
} from '../support/sdk.js'

const TOOL = { name: 'read' }
const KEY = testContext.key

/** A server with one tool, which answers with the context that it sees. */
function readingServer(major: Major, options: object = {}): TestServer {
  const server = installContext(newServer(major), testContext, options)
  server.registerTool('read', {}, () => reply(tryGetContext(testContext) ?? null))
  return server
}

async function connected(server: PairServer, client: TestClient, options?: PairOptions) {
  const pair = await connectPair(server, client, options)
  onTestFinished(() => pair.close())
  return pair
}

const PAIRS = MAJORS.flatMap((server) => MAJORS.map((client) => ({ server, client })))

describe.each(PAIRS)('a server of SDK $server and a client of SDK $client', ({ server: far, client: near }) => {
  test('are connected: a call carries its context, and one without it is refused', async () => {
    const client = createContextClient(newClient(near), testContext)
    await connected(readingServer(far, { required: true }), client)
    expect(answerOf(await client.withContext({ tenant: 'acme' }).callTool(TOOL))).toEqual({ tenant: 'acme' })
    expect(contextErrorFrom(await client.callTool(TOOL).catch((error) => error))?.code).toBe('missing')
    expect(supportedContexts(client).get(KEY)?.required).toContain('tools/call')
  })

  test('are connected by the Server within an McpServer, too', async () => {
    const client = newClient(near)
    await connected(readingServer(far).server, client)
    expect(answerOf(await client.callTool(TOOL))).toBeNull()
  })

  test('send requests both ways, one within the other', async () => {
    const client = newClient(near, { capabilities: { sampling: {} } })
    installContext(client, testContext)
    client.fallbackRequestHandler = async () => {
      const text = tryGetContext(testContext)?.tenant ?? 'none'
      return { role: 'assistant', model: 'm', content: { type: 'text', text } }
    }
    const server = newServer(far)
    server.registerTool('ask', {}, async () => {
      const view = createContextClient(server.server, testContext, { context: { tenant: 'acme' } })
      return reply((await view.createMessage({ messages: [], maxTokens: 1 })).content.text)
    })
    await connected(server, client)
    expect(answerOf(await client.callTool({ name: 'ask' }))).toBe('acme')
  })

  test.each(['the pair', 'the client', 'the server'] as const)('are both closed by %s, each once', async (by) => {
    const client = newClient(near)
    const server = readingServer(far)
    const closed: string[] = []
    client.onclose = () => closed.push('client')
    server.server.onclose = () => closed.push('server')
    const pair = await connected(server, client)
    await { 'the pair': pair, 'the client': client, 'the server': server }[by].close()
    expect(closed.sort()).toEqual(['client', 'server'])
    await Promise.all([pair.close(), client.close(), server.close(), pair.close()])
    expect(closed).toHaveLength(2)
    expect([client.transport, server.server.transport]).toEqual([undefined, undefined])
    await expect(client.callTool(TOOL)).rejects.toThrow(/not connected/i)
  })

  test('fail a call that waits for its answer when they are closed', async () => {
    const client = newClient(near)
    const server = newServer(far)
    const aborted = vi.fn()
    const handling = new Promise<void>((resolve) => {
      server.registerTool('wait', {}, (extra: Extra) => {
        const { signal } = extra.mcpReq ?? extra
        signal.addEventListener('abort', aborted)
        resolve()
        return new Promise(() => {})
      })
    })
    const pair = await connected(server, client)
    const call = client.callTool({ name: 'wait' })
    await handling
    await Promise.all([expect(call).rejects.toThrow(/closed/i), pair.close()])
    expect(aborted).toHaveBeenCalledTimes(1)
  })

  test('are connected anew once they were closed', async () => {
    const client = newClient(near)
    const server = readingServer(far)
    await (await connected(server, client)).close()
    await connected(server, client)
    expect(answerOf(await client.callTool(TOOL))).toBeNull()
  })
})

describe('what comes with a message', () => {
  /** A tool that answers with the HTTP headers as the SDK hands them to a handler, and as `getHttpHeaders` reads them. */
  function headersServer(major: Major): TestServer {
    const server = installContext(newServer(major), testContext, { http: { lift: true } })
    server.registerTool('headers', {}, (extra: Extra) => {
      const own = major === 1 ? extra.requestInfo?.headers : extra.http && Object.fromEntries(extra.http.req.headers)
      return reply({
        own: own ?? null,
        read: Object.fromEntries(getHttpHeaders()),
        context: tryGetContext(testContext),
      })
    })
    return server
  }

  describe.each(PAIRS)('a server of SDK $server and a client of SDK $client', ({ server: far, client: near }) => {
    test('headers reach the handler, and a bound field is lifted from them', async () => {
      const client = newClient(near)
      const headers = { 'X-Tenant-Id': 'acme', 'X-Other': 'o', Cookie: 'c' }
      await connected(headersServer(far), client, { headers })
      const version = { 'mcp-protocol-version': '2025-11-25' }
      expect(answerOf(await client.callTool({ name: 'headers' }))).toEqual({
        own: { 'x-tenant-id': 'acme', 'x-other': 'o', cookie: 'c', ...version },
        read: { 'x-tenant-id': 'acme', 'x-other': 'o', cookie: 'c', ...version },
        context: { tenant: 'acme' },
      })
    })

    test('without headers there is no HTTP', async () => {
      const client = newClient(near)
      await connected(headersServer(far), client)
      expect(answerOf(await client.callTool({ name: 'headers' }))).toEqual({ own: null, read: {} })
    })

    test('a header that contradicts the context is refused', async () => {
      const client = createContextClient(newClient(near), testContext, { context: { tenant: 'acme' } })
      await connected(readingServer(far), client, { headers: new Headers({ 'X-Tenant-Id': 'globex' }) })
      await expect(client.callTool(TOOL)).rejects.toMatchObject({ code: -32020, data: { reason: 'mismatch' } })
    })

    test('a function gives each message its own, as contextFetch does', async () => {
      const client = createContextClient(newClient(near), testContext)
      await connected(readingServer(far, { http: { verify: 'strict' } }), client, {
        headers: ({ params }) => contextToHeaders(testContext, params?._meta?.[KEY] ?? {}),
      })
      const calls = ['acme', 'globex'].map((tenant) => client.withContext({ tenant }).callTool(TOOL))
      expect((await Promise.all(calls)).map(answerOf)).toEqual([{ tenant: 'acme' }, { tenant: 'globex' }])
    })

    test('who signed in reaches the handler, with headers or without', async () => {
      for (const headers of [undefined, {}]) {
        const server = newServer(far)
        server.registerTool('who', {}, (extra: Extra) => reply((far === 1 ? extra : extra.http).authInfo.clientId))
        const client = newClient(near)
        await connected(server, client, { headers, authInfo: { token: 't', clientId: 'app', scopes: [] } })
        expect(answerOf(await client.callTool({ name: 'who' }))).toBe('app')
      }
    })
  })

  test('what its function throws fails that one call', async () => {
    const client = newClient(1)
    const pair = await connected(readingServer(1), client, {
      headers: ({ params }) => {
        if (params?.fails === true) throw new Error('no headers')
        return {}
      },
    })
    const before = pair.sent.client.length
    await expect(client.callTool({ ...TOOL, fails: true } as never)).rejects.toThrow('no headers')
    expect(pair.sent.client).toHaveLength(before)
    expect(answerOf(await client.callTool(TOOL))).toBeNull()
  })

  test('headers that the caller changes later stay as they were', async () => {
    const client = newClient(1)
    const headers = new Headers({ 'X-Tenant-Id': 'acme' })
    await connected(readingServer(1, { http: { lift: true } }), client, { headers })
    headers.set('X-Tenant-Id', 'globex')
    expect(answerOf(await client.callTool(TOOL))).toEqual({ tenant: 'acme' })
  })
})

describe('sent', () => {
  test('is what each side sent, in order', async () => {
    const client = createContextClient(newClient(1), testContext)
    const pair = await connected(readingServer(2, { required: true }), client)
    await client.withContext({ tenant: 'acme' }).callTool(TOOL)
    await client.callTool(TOOL).catch(() => undefined)
    expect(pair.sent.client.map(({ method }) => method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
      'tools/call',
    ])
    expect(pair.sent.client[2]?.params).toMatchObject({ name: 'read', _meta: { [KEY]: { tenant: 'acme' } } })
    expect(pair.sent.server.map(({ id, error }) => [id, error?.code])).toEqual([
      [0, undefined],
      [1, undefined],
      [2, -32602],
    ])
  })

  test('has nothing of a call that failed before it was sent', async () => {
    const client = createContextClient(newClient(1), testContext)
    const pair = await connected(readingServer(1), client)
    const before = pair.sent.client.length
    await expect(client.withContext({ tenant: 7 as never }).callTool(TOOL)).rejects.toMatchObject({ code: 'invalid' })
    expect(pair.sent.client).toHaveLength(before)
  })
})

test('a handler does not see the ambient context of whoever called', async () => {
  const server = newServer(1)
  server.registerTool('read', {}, () => reply(tryGetContext(testContext) ?? null))
  const client = newClient(1)
  await connected(server, client)
  const seen = await runWithContext(testContext, { tenant: 'outer' }, async () => [
    answerOf(await client.callTool(TOOL)),
    tryGetContext(testContext),
  ])
  expect(seen).toEqual([null, { tenant: 'outer' }])
})

describe('with fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each(PAIRS)('SDK $server and SDK $client are connected and call', async ({ server, client: near }) => {
    vi.useFakeTimers()
    const client = newClient(near)
    await connected(readingServer(server), client)
    expect(answerOf(await client.callTool(TOOL))).toBeNull()
  })
})

describe('protocol 2026-07-28', () => {
  test.each(MAJORS)('is given up on a server of SDK %i that is handed in as such', async (major) => {
    const client = newClient(2, MODERN)
    await connected(readingServer(major), client)
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    expect(answerOf(await client.callTool(TOOL))).toBeNull()
  })

  test('is spoken where serveStdio serves it, which hands on no headers', async () => {
    const client = createContextClient(newClient(2, MODERN), testContext)
    const makeServer = () => readingServer(2, { required: true, http: { lift: true } }) as never
    const server: PairServer = { connect: (transport) => serveStdio(makeServer, { transport }) }
    const pair = await connected(server, client, { headers: { 'X-Tenant-Id': 'globex' } })
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    expect(answerOf(await client.withContext({ tenant: 'acme' }).callTool(TOOL))).toEqual({ tenant: 'acme' })
    await expect(client.callTool(TOOL)).rejects.toMatchObject({ data: { reason: 'missing' } })
    expect(pair.sent.client[0]?.method).toBe('server/discover')
    await pair.close()
    expect(client.transport).toBeUndefined()
  })
})

describe('refuses', () => {
  const server = () => newServer(1)
  const client = () => newClient(2)

  test.each<[string, () => unknown[], ContextErrorCode, RegExp]>([
    ['the two swapped', () => [client(), server()], 'invalid_definition', /swapped/],
    ['the two swapped, inner Server', () => [client(), newServer(2).server], 'invalid_definition', /swapped/],
    ['nothing', () => [], 'invalid_definition', /server is not a Server/],
    ['null', () => [null, null], 'invalid_definition', /server is not a Server/],
    ['a factory of servers', () => [server, client()], 'invalid_definition', /server is not a Server/],
    ['two clients', () => [client(), newClient(1)], 'invalid_definition', /server is not a Server/],
    ['a handler of HTTP', () => [{ fetch() {}, close() {} }, client()], 'invalid_definition', /server is not a Server/],
    ['two servers', () => [server(), newServer(2)], 'invalid_definition', /client is not a Client/],
    ['no client', () => [server()], 'invalid_definition', /client is not a Client/],
    [
      'an unknown option',
      () => [server(), client(), { header: {} }],
      'invalid_definition',
      /takes an object with headers, authInfo, not "header"/,
    ],
  ])('%s', async (_claim, args, code, message) => {
    const attempt = connectPair(...(args() as Parameters<typeof connectPair>))
    await expect(attempt).rejects.toMatchObject({ name: 'ContextError', code, message: expect.stringMatching(message) })
  })

  test.each(PAIRS)('what is connected: a server of SDK $server, a client of SDK $client', async (majors) => {
    const [server, client] = [newServer(majors.server), newClient(majors.client)]
    await connected(server, client)
    const rejection = (side: string) => ({ code: 'already_connected', message: expect.stringContaining(side) })
    const other = newClient(majors.client)
    await expect(connectPair(server, other)).rejects.toMatchObject(rejection('the server is'))
    await expect(connectPair(server.server, other)).rejects.toMatchObject(rejection('the server is'))
    const view = createContextClient(client, testContext)
    await expect(connectPair(newServer(1), view)).rejects.toMatchObject(rejection('the client is'))
    expect(other.transport).toBeUndefined()
    await client.ping()
  })

  test('headers that HTTP cannot carry', async () => {
    await expect(connectPair(server(), client(), { headers: { 'a b': 'c' } })).rejects.toThrow(TypeError)
  })
})

describe('a connection that fails', () => {
  test('on the server is closed, and the client is left alone', async () => {
    const client = newClient(1)
    const error = new Error('no')
    const onclose = vi.fn()
    const refusing = {
      connect(transport: { onclose?: unknown }) {
        transport.onclose = onclose
        throw error
      },
    }
    await expect(connectPair(refusing as PairServer, client)).rejects.toBe(error)
    expect(onclose).toHaveBeenCalledTimes(1)
    expect(client.transport).toBeUndefined()
  })

  test.each(PAIRS)(
    'in the handshake is closed on both: SDK $server, SDK $client',
    async ({ server: far, client: near }) => {
      const server = newServer(far)
      server.server.setRequestHandler(far === 1 ? InitializeRequestSchema : 'initialize', () => {
        throw new Error('no handshake')
      })
      const client = newClient(near)
      await expect(connectPair(server, client)).rejects.toThrow('no handshake')
      expect([client.transport, server.server.transport]).toEqual([undefined, undefined])
    },
  )
})

test('is disposed of at the end of a block', async () => {
  const client = newClient(1)
  {
    await using pair = await connectPair(readingServer(1), client)
    expect(pair.sent.server).toHaveLength(1)
  }
  expect(client.transport).toBeUndefined()
})

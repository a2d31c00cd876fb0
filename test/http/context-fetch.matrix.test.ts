// The bridge's client half: which requests it touches, what it sets, and where a redirect may take it.
import { createMiddleware } from '@modelcontextprotocol/sdk/client/middleware.js'
import { ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch, type FetchLike } from 'mcp-request-context/http'
import { getContext, installContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { testContext, traceContext } from '../support/contexts.js'
import { connectCell, HTTP_CELLS, httpTransport, listen, recordingServer, serveStateless } from '../support/http.js'
import { answerOf, type Extra, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

const KEY = testContext.key
const BOUND = ['x-tenant-id', 'x-retries', 'x-dry-run']

/** A context of one bound and one unbound field; neither value may turn up elsewhere. */
const CONTEXT = { tenant: 'acme-7f3a', token: 'unbound-91c2' }

function call(context: unknown, more: object = {}) {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 't', _meta: { [KEY]: context } }, ...more }
}

function post(body: unknown, more: RequestInit = {}): RequestInit {
  return { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...more }
}

/** A `fetch` that sends nothing and keeps what it was given. */
function recorder(answer: () => Response = () => new Response('{}')) {
  const calls: [input: string | URL | Request, init?: RequestInit][] = []
  const fetch = (async (...args: (typeof calls)[number]) => {
    calls.push(args)
    return answer()
  }) as typeof globalThis.fetch
  const headers = (index = 0) => new Headers(calls[index]?.[1]?.headers)
  return { fetch, calls, headers }
}

describe.each(HTTP_CELLS)('through the client of $name', (cell) => {
  async function connected() {
    const sent: { verb: string; rpc: string | undefined; bound: string[] }[] = []
    const recording: typeof globalThis.fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      const rpc = typeof init?.body === 'string' ? JSON.parse(init.body).method : undefined
      sent.push({ verb: init?.method ?? 'GET', rpc, bound: BOUND.filter((bound) => headers.has(bound)) })
      return fetch(input, init)
    }
    const url = await cell.serve(() => {
      const server = newServer(cell.server)
      installContext(server, testContext, { required: true, http: { verify: 'strict' } })
      server.registerTool('read', {}, (extra: Extra) => {
        const { tenant, retries } = getContext(testContext)
        const node = extra.requestInfo?.headers
        const header = (bound: string) => node?.[bound] ?? extra.http?.req?.headers.get(bound)
        const headers = [header('x-tenant-id'), header('x-retries'), header('x-dry-run') ?? null]
        return reply({ tenant, retries, headers })
      })
      return server
    })
    const client = await connectCell(cell, url, { fetch: contextFetch(testContext, recording) })
    return { view: createContextClient(client, testContext), client, sent }
  }

  test('200 overlapping calls arrive each with its own headers', async () => {
    const { view } = await connected()
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const tenant = `t${index}`
      const seen = answerOf(await view.withContext({ tenant, retries: index }).callTool({ name: 'read' }))
      expect(seen).toEqual({ tenant, retries: index, headers: [tenant, String(index), null] })
    })
    await Promise.all(calls)
  })

  test('the handshake, the stream, the end of the session and calls without a context have no context header', async () => {
    const { view, client, sent } = await connected()
    await client.listTools()
    await view.withContext({ tenant: 'acme' }).callTool({ name: 'read' })
    await client.listTools()
    const { sessionId } = client.transport
    await client.transport.terminateSession?.()
    expect(sent.filter(({ bound }) => bound.length > 0)).toEqual([
      { verb: 'POST', rpc: 'tools/call', bound: ['x-tenant-id'] },
    ])
    const verbs = new Set(sent.map(({ verb }) => verb))
    expect(verbs.has('GET')).toBe(cell.options === undefined)
    expect(verbs.has('DELETE')).toBe(sessionId !== undefined)
    expect(sent.length).toBeGreaterThan(3)
  })

  test('a value that has no header rejects that one call, and is not sent', async () => {
    const { view, sent } = await connected()
    const before = sent.length
    const long = view.withContext({ tenant: 'x'.repeat(5000) }).callTool({ name: 'read' })
    await expect(long).rejects.toMatchObject({ name: 'ContextError', code: 'too_large' })
    expect(sent.slice(before).filter(({ rpc }) => rpc === 'tools/call')).toEqual([])
    expect(answerOf(await view.withContext({ tenant: 'acme' }).callTool({ name: 'read' })).tenant).toBe('acme')
  })
})

describe('a request whose body does not carry the context is passed on as it is', () => {
  const request = (init?: RequestInit) => new Request('http://a.example/mcp', init)
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: KEY })

  test.each<[string, string | URL | Request, RequestInit | undefined]>([
    ['no init', 'http://a.example/mcp', undefined],
    ['a GET', new URL('http://a.example/mcp'), { method: 'GET', headers: { accept: 'text/event-stream' } }],
    ['a DELETE', 'http://a.example/mcp', { method: 'DELETE' }],
    ['an OAuth form', 'http://a.example/token', { method: 'POST', body: form }],
    ['an OAuth body of JSON', 'http://a.example/register', post({ client_name: 'x' })],
    ['the handshake', 'http://a.example/mcp', post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {} })],
    [
      'the context of another key',
      'http://a.example/mcp',
      post({ params: { _meta: { 'com.example/other': CONTEXT } } }),
    ],
    ['the key in the arguments', 'http://a.example/mcp', post({ params: { arguments: { [KEY]: CONTEXT } } })],
    ['the key as a value', 'http://a.example/mcp', post({ params: { _meta: { note: KEY } } })],
    ['the key beside params', 'http://a.example/mcp', post({ _meta: { [KEY]: CONTEXT } })],
    ['an answer', 'http://a.example/mcp', post({ id: 1, result: { _meta: { [KEY]: CONTEXT } } })],
    ['an inherited entry', 'http://a.example/mcp', post(`{"params":{"__proto__":{"_meta":{"${KEY}":{}}}}}`)],
    ['a body that is no JSON', 'http://a.example/mcp', post('{"jsonrpc"')],
    ['a body of JSON that is no object', 'http://a.example/mcp', post(`"${KEY}"`)],
    ['null', 'http://a.example/mcp', post('null')],
    ['an empty batch', 'http://a.example/mcp', post('[]')],
    [
      'a batch without the context',
      'http://a.example/mcp',
      post([{ id: 1, params: { arguments: { [KEY]: CONTEXT } } }]),
    ],
    ['a body of bytes without the context', 'http://a.example/mcp', { method: 'POST', body: Buffer.from('{"id":1}') }],
    ['a Request without a body', request(), undefined],
    ['a Request without the context', request(post({ id: 1, method: 'ping' })), undefined],
    ['a Request whose init has another body', request(post(call(CONTEXT))), post({ id: 1, method: 'ping' })],
    ['a Request whose init has a form', request(post(call(CONTEXT))), { method: 'POST', body: form }],
  ])('%s', async (_claim, input, init) => {
    const { fetch, calls } = recorder()
    const before = init && { ...init }
    const given: Parameters<typeof globalThis.fetch> = init === undefined ? [input] : [input, init]
    await contextFetch(testContext, fetch)(...given)
    expect(calls).toHaveLength(1)
    expect(calls[0]?.[0]).toBe(input)
    expect(calls[0]?.[1]).toBe(init)
    expect(calls[0]).toHaveLength(given.length)
    expect(init).toEqual(before)
    if (input instanceof Request) expect(input.bodyUsed).toBe(false)
  })

  test('and so is one with a body of any kind where no field is bound', async () => {
    const unbound = defineContext({ schema: z.object({ tenant: z.string() }) })
    for (const body of [new Blob([JSON.stringify(call(CONTEXT))]), new FormData(), `\ufeff{"${KEY}":`]) {
      const { fetch, calls } = recorder()
      const init = { method: 'POST', body }
      await contextFetch(unbound, fetch)('http://a.example/mcp', init)
      expect(calls).toEqual([['http://a.example/mcp', init]])
    }
  })

  test('and the promise that fetch gave is the answer', () => {
    const answer = new Promise<Response>(() => {})
    expect(contextFetch(testContext, () => answer)('http://a.example/', post({ id: 1 }))).toBe(answer)
  })

  test('a body without the key is not parsed; one with it is parsed once', async () => {
    const [without, withKey] = [post({ id: 1, method: 'ping' }), post(call(CONTEXT))]
    const { fetch } = recorder()
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    await contextFetch(testContext, fetch)('http://a.example/', without)
    expect(parse).not.toHaveBeenCalled()
    await contextFetch(testContext, fetch)('http://a.example/', withKey)
    expect(parse).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['a slash', (key: string) => key.replaceAll('/', '\\/')],
    ['a letter', (key: string) => key.replace('i', '\\u0069')],
    ['a letter, in digits of lower case,', (key: string) => key.replace('o', '\\u006f')],
    ['a letter, in digits of upper case,', (key: string) => key.replace('o', '\\u006F')],
  ])('a key that is written with %s escaped is the key all the same', async (_what, written) => {
    const body = JSON.stringify(call({ tenant: 'acme' })).replaceAll(testContext.key, written)
    const { fetch, headers } = recorder()
    await contextFetch(testContext, fetch)('http://a.example/', { method: 'POST', body })
    expect(headers().get('x-tenant-id')).toBe('acme')

    const elsewhere: string[] = []
    const there = await listen(async (request, response) => {
      for await (const chunk of request) elsewhere.push(String(chunk))
      response.end()
    })
    const here = await listen((_request, response) => response.writeHead(307, { location: there.href }).end())
    const redirected = contextFetch(testContext)(here, { method: 'POST', body })
    await expect(redirected).rejects.toMatchObject({ code: 'redirected' })
    expect(elsewhere).toEqual([])
  })

  test('a Request that was read already is passed on too, for fetch to refuse', async () => {
    const used = new Request('http://a.example/mcp', post(call(CONTEXT)))
    await used.text()
    const { fetch, calls } = recorder()
    await contextFetch(testContext, fetch)(used)
    expect(calls).toEqual([[used]])
    await expect(contextFetch(testContext)(used)).rejects.toThrow(TypeError)
  })
})

describe('the headers of a request that carries the context', () => {
  test.each<[string, RequestInit['headers']]>([
    ['an object', { 'Mcp-Session-Id': 's', 'x-TENANT-id': 'callers' }],
    [
      'pairs',
      [
        ['Mcp-Session-Id', 's'],
        ['x-TENANT-id', 'callers'],
      ],
    ],
    ['Headers', new Headers({ 'Mcp-Session-Id': 's', 'x-TENANT-id': 'callers' })],
  ])('are a copy of the caller’s %s, where the context’s win', async (_form, headers) => {
    const { fetch, calls, headers: sent } = recorder()
    const init = post(call({ ...CONTEXT, retries: 3, dryRun: false }), { headers })
    await contextFetch(testContext, fetch)('http://a.example/mcp', init)
    expect([...sent()]).toEqual([
      ['mcp-session-id', 's'],
      ['x-dry-run', 'false'],
      ['x-retries', '3'],
      ['x-tenant-id', CONTEXT.tenant],
    ])
    expect(calls[0]?.[0]).toBe('http://a.example/mcp')
    expect(init.headers).toBe(headers)
    expect(new Headers(headers).get('x-tenant-id')).toBe('callers')
    expect(init.redirect).toBeUndefined()
  })

  test('are none where there were none and no field is bound', async () => {
    const unbound = defineContext({ schema: z.object({ tenant: z.string() }) })
    const { fetch, headers } = recorder()
    await contextFetch(unbound, fetch)('http://a.example/mcp', post(call(CONTEXT)))
    expect([...headers()]).toEqual([])
  })

  test('are none of a field that is null', async () => {
    const { fetch, headers } = recorder()
    await contextFetch(testContext, fetch)('http://a.example/mcp', post(call({ tenant: null, retries: 0 })))
    expect([...headers()]).toEqual([['x-retries', '0']])
  })

  test('are none of a field that the context inherits, or of a context that is no object', async () => {
    for (const raw of [`{"__proto__":{"tenant":"acme"}}`, '"acme"', '["acme"]', 'null', '7', '{}']) {
      const { fetch, headers } = recorder()
      await contextFetch(testContext, fetch)('http://a.example/mcp', post(`{"params":{"_meta":{"${KEY}":${raw}}}}`))
      expect([...headers()], raw).toEqual([])
    }
  })

  test('go with the other members of init, in the same tick', () => {
    const { fetch, calls } = recorder()
    const { signal } = new AbortController()
    const init = post(call(CONTEXT), { signal, credentials: 'include', keepalive: true })
    void contextFetch(testContext, fetch)('http://a.example/mcp', init)
    expect(calls[0]?.[1]).toMatchObject({ ...init, redirect: 'manual' })
    expect(calls[0]?.[1]?.signal).toBe(signal)
  })

  test('are set for a body of bytes', async () => {
    const { fetch, headers } = recorder()
    const body = new TextEncoder().encode(JSON.stringify(call({ tenant: 'Zürich' })))
    await contextFetch(testContext, fetch)('http://a.example/mcp', { method: 'POST', body })
    expect(headers().get('x-tenant-id')).toBe('=?base64?WsO8cmljaA==?=')
  })

  test('are set for a Request, which arrives whole', async () => {
    const { url, arrived } = await recordingServer()
    const body = JSON.stringify(call(CONTEXT))
    const own = { 'content-type': 'application/json', 'x-own': 'own' }
    const request = new Request(url, { method: 'POST', body, headers: own })
    expect((await contextFetch(testContext)(request)).ok).toBe(true)
    expect(request.headers.has('x-tenant-id')).toBe(false)
    expect(arrived).toMatchObject([{ method: 'POST', path: '/mcp', body }])
    expect(arrived[0]?.headers.get('x-tenant-id')).toBe(CONTEXT.tenant)
    expect(arrived[0]?.headers.get('x-own')).toBe('own')
    expect(arrived[0]?.headers.get('content-type')).toBe('application/json')
  })

  test('are set for a Request whose init has a body of null, which is none', async () => {
    const { fetch, headers } = recorder()
    await contextFetch(testContext, fetch)(new Request('http://a.example/mcp', post(call(CONTEXT))), { body: null })
    expect(headers().get('x-tenant-id')).toBe(CONTEXT.tenant)
  })

  test('are set among those of an init that comes with a Request', async () => {
    const { url, arrived } = await recordingServer()
    const request = new Request(url, post(call(CONTEXT), { headers: { 'x-own': 'request' } }))
    await contextFetch(testContext)(request, { headers: { 'x-own': 'init' } })
    expect(arrived[0]?.headers.get('x-own')).toBe('init')
    expect(arrived[0]?.headers.get('x-tenant-id')).toBe(CONTEXT.tenant)
  })
})

describe('a batch', () => {
  const note = (context: unknown) => ({ jsonrpc: '2.0', method: 'n', params: { _meta: { [KEY]: context } } })
  const bare = { jsonrpc: '2.0', id: 9, method: 'ping' }

  test.each<[string, unknown[], string | null]>([
    ['of one', [call({ tenant: 'a' })], 'a'],
    ['whose messages agree', [call({ tenant: 'a' }), note({ tenant: 'a' })], 'a'],
    ['that agrees in what is bound', [call({ tenant: 'a', token: '1' }), call({ tenant: 'a', token: '2' })], 'a'],
    ['beside what is no message', [call({ tenant: 'a' }), {}, null, 7], 'a'],
    ['whose notification differs', [call({ tenant: 'a' }), note({ tenant: 'b' })], null],
    ['whose messages differ', [call({ tenant: 'a' }), call({ tenant: 'b' })], null],
    ['with a field that another lacks', [call({ tenant: 'a', retries: 1 }), call({ tenant: 'a' })], null],
    ['with a message that lacks the context', [call({ tenant: 'a' }), bare], null],
    ['with an answer', [call({ tenant: 'a' }), { jsonrpc: '2.0', id: 3, result: {} }], null],
    ['with a context that is no object', [call({ tenant: 'a' }), call('a')], null],
    ['whose first lacks the context', [bare, call({ tenant: 'a' })], null],
    ['whose first lacks the context, whatever the others hold', [bare, call({ tenant: 7 })], null],
    ['with a message that lacks the context, whatever the first holds', [call({ tenant: 7 }), bare], null],
  ])('%s mirrors one answer for all', async (_claim, batch, tenant) => {
    const { fetch, calls, headers } = recorder()
    await contextFetch(testContext, fetch)('http://a.example/mcp', post(batch))
    expect(headers().get('x-tenant-id')).toBe(tenant)
    if (tenant === null) expect([...headers()]).toEqual([])
    expect(calls[0]?.[1]?.redirect).toBe('manual')
  })
})

describe('a value that has no header is refused before anything is sent', () => {
  const long = 'x'.repeat(testContext.limits.maxHeaderBytes + 1)
  test.each<[string, string, string, string]>([
    ['a number for a string', '{"tenant":7}', 'invalid', 'tenant: header X-Tenant-Id carries a string'],
    ['an object for a string', '{"tenant":{}}', 'invalid', 'tenant: header X-Tenant-Id carries a string'],
    ['a string for an integer', '{"retries":"7"}', 'invalid', 'retries: header X-Retries carries an integer'],
    ['a fraction', '{"retries":1.5}', 'invalid', 'retries: header X-Retries carries an integer'],
    ['an integer past 2^53', '{"retries":9007199254740993}', 'invalid', 'retries: header X-Retries carries an integer'],
    ['a number for a boolean', '{"dryRun":1}', 'invalid', 'dryRun: header X-Dry-Run carries a boolean'],
    ['a lone surrogate', '{"tenant":"\\ud800"}', 'invalid', 'lone surrogate'],
    [
      'a value over the limit',
      `{"tenant":"${long}"}`,
      'too_large',
      'header X-Tenant-Id is 4097 bytes; the limit is 4096',
    ],
  ])('%s', async (_claim, context, code, message) => {
    const { fetch, calls } = recorder()
    const body = JSON.stringify(call(0)).replace(`"${KEY}":0`, `"${KEY}":${context}`)
    const answer = contextFetch(testContext, fetch)('http://a.example/mcp', post(body))
    await expect(answer).rejects.toMatchObject({
      name: 'ContextError',
      code,
      message: expect.stringContaining(message),
    })
    expect(calls).toEqual([])
  })
})

describe('a body that may carry a context and cannot be read is refused before anything is sent', () => {
  const message = JSON.stringify(call(CONTEXT))
  const bytes = new TextEncoder().encode(message)
  const form = new FormData()
  form.set('message', message)
  const stream = new Response(message).body as ReadableStream
  const BOM = '\ufeff'
  const request = (body: BodyInit) => new Request('http://a.example/mcp', { method: 'POST', body })

  test.each<[string, BodyInit, string]>([
    ['a Blob', new Blob([message]), 'Blob'],
    ['a Blob without a context', new Blob(['{}']), 'Blob'],
    ['a FormData', form, 'FormData'],
    ['a form whose value is the message', new URLSearchParams({ message }), 'text'],
    ['a form whose name is the message', new URLSearchParams(message), 'text'],
    ['an ArrayBuffer', bytes.buffer, 'ArrayBuffer'],
    ['a DataView', new DataView(bytes.buffer), 'DataView'],
    ['a stream', stream, 'ReadableStream'],
    ['a String object', new String(message) as string, 'String'],
    ['an object that makes a string', { toString: () => message } as string, 'Object'],
    ['text after a byte order mark', BOM + message, 'text'],
    ['bytes after a byte order mark', new TextEncoder().encode(BOM + message), 'text'],
    ['text that names the context and is no JSON', `${message},`, 'text'],
  ])('%s', async (_claim, body, found) => {
    const { fetch, calls } = recorder()
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    const error = await contextFetch(testContext, fetch)('http://a.example/mcp', init).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'ContextError', code: 'invalid' })
    expect((error as Error).message).toContain(
      `so it was not sent: give it JSON as a string or a Uint8Array, not ${found}`,
    )
    expect((error as Error).message).not.toMatch(/acme-7f3a|unbound-91c2/)
    expect(calls).toEqual([])
  })

  test.each<[string, () => Request]>([
    ['with a byte order mark', () => request(BOM + message)],
    ['with a form around the message', () => request(form)],
  ])('a Request %s', async (_claim, input) => {
    const { fetch, calls } = recorder()
    await expect(contextFetch(testContext, fetch)(input())).rejects.toMatchObject({ code: 'invalid' })
    expect(calls).toEqual([])
  })

  test('but a Request of a Blob is read', async () => {
    const { fetch, headers } = recorder()
    await contextFetch(testContext, fetch)(request(new Blob([message])))
    expect(headers().get('x-tenant-id')).toBe(CONTEXT.tenant)
  })
})

describe('the arguments of a call behind init', () => {
  const more = [{ tenant: 'of the caller' }, undefined, 7]

  test.each<[string, unknown]>([
    ['with the context', call(CONTEXT)],
    ['without it', { id: 1, method: 'ping' }],
    ['that only names it', { note: { [KEY]: 1 } }],
  ])('go to fetch unchanged, %s', async (_claim, body) => {
    const { fetch, calls } = recorder()
    const bridged = contextFetch(testContext, fetch as FetchLike)
    await bridged('http://a.example/mcp', post(body), ...more)
    expect((calls[0] as unknown[]).slice(2)).toEqual(more)
    expect(calls[0]).toHaveLength(5)
  })

  test('go with a Request, and with the requests that follow a redirect', async () => {
    const answers = [new Response(null, { status: 307, headers: { location: '/moved' } }), new Response('{}')]
    const { fetch, calls } = recorder(() => answers.shift() as Response)
    const bridged = contextFetch(testContext, fetch) as (...args: unknown[]) => Promise<Response>
    await bridged(new Request('http://a.example/mcp', post(call(CONTEXT))), undefined, ...more)
    expect(calls.map((args: unknown[]) => args.slice(2))).toEqual([more, more])
  })

  test('reach the fetch within two contextFetches', async () => {
    const { fetch, calls } = recorder()
    const second = defineContext({ key: traceContext.key, schema: z.object({ span: z.string() }) })
    const both = contextFetch(testContext, contextFetch(second, fetch) as FetchLike)
    await both('http://a.example/mcp', post(call(CONTEXT)), ...more)
    expect((calls[0] as unknown[]).slice(2)).toEqual(more)
  })
})

test.each<[string, unknown]>([
  ['a string', 'x'],
  ['null', null],
  ['an object', { fetch }],
])('%s is no fetch', (_claim, given) => {
  expect(() => contextFetch(testContext, given as typeof fetch)).toThrow(
    expect.objectContaining({
      name: 'ContextError',
      code: 'invalid_definition',
      message: 'contextFetch() takes a function as its second argument: a fetch, or none for the global one',
    }),
  )
})

const STATUSES = [301, 302, 303, 307, 308]
const TARGETS = ['the same origin', 'another port', 'another host', 'another scheme'] as const
const MODES = ['follow', 'manual', 'error', undefined] as const
const CELLS = STATUSES.flatMap((status) =>
  TARGETS.flatMap((target) => MODES.map((mode) => [status, target, mode] as const)),
)

/** A server that redirects `/mcp` to where it is told, and another one: what arrives anywhere else is recorded. */
async function redirecting(status: number, location: (here: URL, there: URL) => string) {
  const there = await recordingServer()
  const here = await recordingServer(({ path, host }, response) => {
    if (path !== '/mcp' || host.startsWith('localhost')) return false
    response.writeHead(status, { location: location(here.url, there.url) }).end('moved')
    return true
  })
  const beyond = () => [
    ...there.arrived,
    ...here.arrived.filter(({ path, host }) => path !== '/mcp' || host !== here.url.host),
  ]
  return { here, there, beyond }
}

describe.each(CELLS)('a redirect of status %i to %s under %s', (status, target, mode) => {
  const location = (here: URL, there: URL) =>
    ({
      'the same origin': '/moved?secret=1',
      'another port': `http://127.0.0.1:${there.port}/moved?secret=1`,
      'another host': `http://localhost:${here.port}/moved?secret=1`,
      'another scheme': `https://127.0.0.1:${here.port}/moved?secret=1`,
    })[target]

  test.each(['an init', 'a Request'] as const)(
    'does not take the context to where it may not go, from %s',
    async (from) => {
      const { here, there, beyond } = await redirecting(status, location)
      const body = JSON.stringify(call(CONTEXT))
      const headers = { 'content-type': 'application/json', 'content-language': 'en', 'x-own': 'own' }
      const init = { method: 'POST', body, headers, ...(mode && { redirect: mode }) }
      const bridged = contextFetch(testContext)
      const answer = from === 'an init' ? bridged(here.url, init) : bridged(new Request(here.url, init))
      if (mode === 'manual') {
        expect((await answer).status).toBe(status)
        expect(beyond()).toEqual([])
      } else if (mode === 'error') {
        const error = await answer.catch((error: unknown) => error)
        expect(error).toBeInstanceOf(TypeError)
        expect(beyond()).toEqual([])
      } else if (target === 'the same origin') {
        const response = await answer
        expect(response.status).toBe(200)
        expect(new URL(response.url).pathname).toBe('/moved')
        const repeats = status === 307 || status === 308
        expect(beyond()).toMatchObject([
          { method: repeats ? 'POST' : 'GET', path: '/moved?secret=1', body: repeats ? body : '' },
        ])
        const sent = beyond()[0]?.headers
        expect(sent?.get('x-own')).toBe('own')
        expect(sent?.get('x-tenant-id')).toBe(repeats ? CONTEXT.tenant : null)
        expect(sent?.get('content-type')).toBe(repeats ? 'application/json' : null)
        expect(sent?.get('content-language')).toBe(repeats ? 'en' : null)
      } else {
        const error = await answer.catch((error: unknown) => error)
        const { origin } = new URL(location(here.url, there.url), here.url)
        expect(error).toBeInstanceOf(ContextError)
        expect(error).toMatchObject({
          code: 'redirected',
          message: expect.stringContaining(`${origin}, another origin`),
        })
        expect((error as Error).message).not.toMatch(/secret|moved|acme-7f3a|unbound-91c2/)
        expect(beyond()).toEqual([])
      }
      expect(here.arrived[0]?.headers.get('x-tenant-id')).toBe(CONTEXT.tenant)
    },
  )
})

describe('a redirect', () => {
  const send = (url: URL, more: RequestInit = {}, definition = testContext) =>
    contextFetch(definition)(url, post(call(CONTEXT), more))

  test('names the origin that it leads to', async () => {
    const { here, there } = await redirecting(307, (_here, there) => `${there.origin}/x?y`)
    await expect(send(here.url)).rejects.toThrow(there.url.origin)
  })

  test('is kept within the origin for a definition that binds nothing too', async () => {
    const unbound = defineContext({ schema: z.object({ tenant: z.string() }) })
    const { here, beyond } = await redirecting(308, (_here, there) => there.href)
    const answer = contextFetch(unbound)(here.url, post(call(CONTEXT)))
    await expect(answer).rejects.toMatchObject({ code: 'redirected' })
    expect(beyond()).toEqual([])
  })

  test('is kept within the origin for a batch that mirrors nothing too', async () => {
    const { here, beyond } = await redirecting(307, (_here, there) => there.href)
    const batch = [call(CONTEXT), call({ tenant: 'b' })]
    await expect(contextFetch(testContext)(here.url, post(batch))).rejects.toMatchObject({ code: 'redirected' })
    expect(beyond()).toEqual([])
  })

  test('is kept within the origin when others within it come before', async () => {
    const there = await recordingServer()
    const hops: Record<string, string> = { '/mcp': '/1', '/1': '/2', '/2': there.url.href }
    const here = await recordingServer(({ path }, response) => {
      response.writeHead(307, { location: hops[path] }).end()
      return true
    })
    await expect(send(here.url)).rejects.toMatchObject({ code: 'redirected' })
    expect(here.arrived.map(({ path }) => path)).toEqual(['/mcp', '/1', '/2'])
    expect(there.arrived).toEqual([])
  })

  test('after one that dropped the context carries none again', async () => {
    const hops: Record<string, [number, string]> = { '/mcp': [303, '/1'], '/1': [307, '/2'] }
    const here = await recordingServer(({ path }, response) => {
      const [status, location] = hops[path] ?? []
      if (status !== undefined) response.writeHead(status, { location }).end()
      return status !== undefined
    })
    expect((await send(here.url)).ok).toBe(true)
    expect(here.arrived.map(({ method, headers }) => [method, headers.get('x-tenant-id')])).toEqual([
      ['POST', CONTEXT.tenant],
      ['GET', null],
      ['GET', null],
    ])
  })

  test('is read from the URL that it came from', async () => {
    const hops: Record<string, string> = { '/mcp': '/dir/a', '/dir/a': 'b' }
    const { url, arrived } = await recordingServer(({ path }, response) => {
      const location = hops[path]
      if (location !== undefined) response.writeHead(308, { location }).end()
      return location !== undefined
    })
    expect((await send(url)).ok).toBe(true)
    expect(arrived.map(({ path }) => path)).toEqual(['/mcp', '/dir/a', '/dir/b'])
  })

  test.each<[number, string, string]>([
    [301, 'PUT', 'PUT'],
    [302, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [301, 'post', 'GET'],
  ])('of status %i makes %s into %s', async (status, method, becomes) => {
    const { here, beyond } = await redirecting(status, () => '/moved')
    expect((await send(here.url, { method })).ok).toBe(true)
    expect(beyond()).toMatchObject([{ method: becomes }])
  })

  test.each([
    [20, 21],
    [21, 21],
  ])('is followed 20 times and no more: %i of them', async (redirects, requests) => {
    const { url, arrived } = await recordingServer(({ path }, response) => {
      const hop = Number(path.slice(1)) || 0
      if (hop < redirects) response.writeHead(307, { location: `/${hop + 1}` }).end()
      return hop < redirects
    })
    const answer = await send(url).catch((error: unknown) => error)
    if (redirects > 20) expect(answer).toEqual(new TypeError('fetch failed: more than 20 redirects'))
    else expect(answer).toMatchObject({ ok: true })
    expect(arrived).toHaveLength(requests)
  })

  test('without a Location is an answer', async () => {
    const { url } = await recordingServer((_arrived, response) => {
      response.writeHead(307).end('here')
      return true
    })
    expect(await (await send(url)).text()).toBe('here')
  })

  const CREDENTIALS = expect.stringMatching(/ to a URL with credentials: the context was not sent there$/)

  test.each<[string, string, object]>([
    [
      'to what is no URL',
      'http://[secret',
      { name: 'TypeError', message: 'fetch failed: the server redirects this request to an invalid URL' },
    ],
    [
      'to a data: URL',
      'data:text/plain,secret',
      { code: 'redirected', message: expect.stringContaining('a data: URL') },
    ],
    ['to an opaque scheme', 'mailto:secret@x', { code: 'redirected' }],
    ['to a user’s URL', 'http://secret@HERE/moved', { code: 'redirected', message: CREDENTIALS }],
    ['to a URL with a password', 'http://:secret@HERE/moved', { code: 'redirected', message: CREDENTIALS }],
    ['to a URL with both', 'http://user:secret@HERE/moved', { code: 'redirected', message: CREDENTIALS }],
    [
      'to a blob: URL of its own origin',
      'blob:http://HERE/secret',
      { code: 'redirected', message: expect.stringContaining('redirects this request to a blob: URL, another origin') },
    ],
  ])('%s is refused, and the error does not show it', async (_claim, location, expected) => {
    const { here, beyond } = await redirecting(307, (here) => location.replace('HERE', here.host))
    const error = (await send(here.url).catch((error: unknown) => error)) as Error
    expect(error).toMatchObject(expected)
    expect(`${error.message} ${JSON.stringify(error)} ${error.cause}`).not.toContain('secret')
    expect(beyond()).toEqual([])
  })

  test('whose target the runtime hides is refused, and is an answer under manual', async () => {
    const hidden = { type: { value: 'opaqueredirect' }, status: { value: 0 } }
    const opaque = () => Object.defineProperties(new Response(null), hidden)
    const { fetch, calls } = recorder(opaque)
    const send = (redirect?: RequestRedirect) =>
      contextFetch(testContext, fetch)('http://a.example/mcp', post(call(CONTEXT), { redirect }))
    await expect(send()).rejects.toMatchObject({
      code: 'redirected',
      message: expect.stringContaining('this runtime hides the target'),
    })
    await expect(send('error')).rejects.toThrow(TypeError)
    expect((await send('manual')).type).toBe('opaqueredirect')
    expect(calls).toHaveLength(3)
  })

  test('is an error under error, also where it has no body', async () => {
    const { fetch, calls } = recorder(() => new Response(null, { status: 307, headers: { location: '/moved' } }))
    const answer = contextFetch(testContext, fetch)('http://a.example/mcp', post(call(CONTEXT), { redirect: 'error' }))
    await expect(answer).rejects.toEqual(
      new TypeError("fetch failed: the server redirects this request, and its redirect mode is 'error'"),
    )
    expect(calls).toHaveLength(1)
  })

  test('is nothing that Response.error() makes', async () => {
    const { fetch } = recorder(() => Response.error())
    expect(await contextFetch(testContext, fetch)('http://a.example/mcp', post(call(CONTEXT)))).toMatchObject({
      type: 'error',
    })
  })

  test.each<[string, string, RequestRedirect | undefined]>([
    ['followed', '/moved', undefined],
    ['refused', 'http://b.example/', undefined],
    ['an error to the caller', '/moved', 'error'],
  ])('has its body cancelled where it is %s', async (_claim, location, redirect) => {
    const cancel = vi.fn()
    const moved = new Response(new ReadableStream({ cancel }), { status: 307, headers: { location } })
    const answers = [moved, new Response('{}')]
    const { fetch } = recorder(() => answers.shift() as Response)
    await contextFetch(testContext, fetch)('http://a.example/mcp', post(call(CONTEXT), { redirect })).catch(() => {})
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('keeps the signal and the other members of init, and the kind of the URL', async () => {
    for (const url of ['http://a.example/mcp', new URL('http://a.example/mcp')]) {
      const answers = [new Response(null, { status: 307, headers: { location: '/moved' } }), new Response('{}')]
      const { fetch, calls, headers } = recorder(() => answers.shift() as Response)
      const { signal } = new AbortController()
      const init = post(call(CONTEXT), { signal, credentials: 'include' })
      await contextFetch(testContext, fetch)(url, init)
      expect(String(calls[1]?.[0])).toBe('http://a.example/moved')
      expect(typeof calls[1]?.[0]).toBe(typeof url)
      expect(calls[1]?.[1]).toMatchObject({ ...init, redirect: 'manual' })
      expect(calls[1]?.[1]?.signal).toBe(signal)
      expect(headers(1).get('x-tenant-id')).toBe(CONTEXT.tenant)
    }
  })

  test('can be cut off by the caller’s signal', async () => {
    const aborter = new AbortController()
    const { url } = await recordingServer(({ path }, response) => {
      if (path === '/mcp') response.writeHead(307, { location: '/hangs' }).end()
      else aborter.abort()
      return true
    })
    await expect(send(url, { signal: aborter.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('together with', () => {
  test('another contextFetch, both contexts are mirrored, and neither leaves the origin', async () => {
    const second = defineContext({
      key: traceContext.key,
      schema: z.object({ span: z.string() }),
      headers: { span: 'X-Span' },
    })
    const both = contextFetch(testContext, contextFetch(second))
    const message = { ...call(CONTEXT), params: { _meta: { [KEY]: CONTEXT, [second.key]: { span: 's1' } } } }
    const { here, beyond } = await redirecting(307, (here) => `${here.origin}/moved`)
    expect((await both(here.url, post(message))).ok).toBe(true)
    for (const { headers } of here.arrived) {
      expect([headers.get('x-tenant-id'), headers.get('x-span')]).toEqual([CONTEXT.tenant, 's1'])
    }
    expect(beyond()).toHaveLength(1)
    const away = await redirecting(303, (_here, there) => there.href)
    await expect(both(away.here.url, post(message))).rejects.toMatchObject({ code: 'redirected' })
    expect(away.beyond()).toEqual([])
  })

  test('a wrapper of the SDK’s own, on either side', async () => {
    const stamping = createMiddleware((next, input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('x-stamp', 'stamped')
      return next(input, { ...init, headers })
    })
    for (const wrapped of [contextFetch(testContext, stamping(fetch)), stamping(contextFetch(testContext))]) {
      const { url, arrived } = await recordingServer()
      await wrapped(url, post(call(CONTEXT)))
      expect(arrived[0]?.headers.get('x-stamp')).toBe('stamped')
      expect(arrived[0]?.headers.get('x-tenant-id')).toBe(CONTEXT.tenant)
    }
  })

  const authProvider = {
    redirectUrl: 'http://127.0.0.1/callback',
    clientMetadata: { redirect_uris: [] },
    clientInformation: () => ({ client_id: 'c' }),
    tokens: () => ({ access_token: 'sdk-token', token_type: 'Bearer' }),
    saveTokens() {},
    redirectToAuthorization() {},
    saveCodeVerifier() {},
    codeVerifier: () => '',
  }
  const authorized = defineContext({
    schema: z.object({ tenant: z.string(), token: z.string().optional() }),
    headers: { tenant: 'X-Tenant-Id', token: { name: 'Authorization', scheme: 'Bearer' } },
  })

  test.each(MAJORS)('the auth of SDK %i, its token goes where the context has none', async (major) => {
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), authorized, { http: { verify: false } })
      server.registerTool('read', {}, (extra: Extra) => {
        const header = (name: string) => extra.requestInfo?.headers[name] ?? extra.http?.req?.headers.get(name)
        return reply([header('authorization'), header('x-tenant-id')])
      })
      return server
    })
    const client = newClient(major)
    await client.connect(httpTransport(major, url, { authProvider, fetch: contextFetch(authorized) }))
    onTestFinished(() => client.close())
    const view = createContextClient(client, authorized)
    const read = async (context: { tenant: string; token?: string }) =>
      answerOf(await view.withContext(context).callTool({ name: 'read' }))
    expect(await read({ tenant: 'acme' })).toEqual(['Bearer sdk-token', 'acme'])
    expect(await read({ tenant: 'acme', token: 'users' })).toEqual(['Bearer users', 'acme'])
    expect(await read({ tenant: 'acme' })).toEqual(['Bearer sdk-token', 'acme'])
  })

  test.each(MAJORS)('the redirects of SDK %i: followed by it or not, nothing reaches another origin', async (major) => {
    for (const redirectPolicy of ['same-origin', 'follow']) {
      const { here, beyond } = await redirecting(307, (_here, there) => there.href)
      const client = newClient(major)
      const transport = httpTransport(major, here.url, { redirectPolicy, fetch: contextFetch(testContext) })
      onTestFinished(() => client.close())
      const started = transport as { start(): Promise<void>; send(message: object): Promise<void> }
      await started.start()
      await expect(started.send(call(CONTEXT))).rejects.toThrow(/edirect/)
      expect(here.arrived).toHaveLength(1)
      expect(beyond()).toEqual([])
    }
  })
})

test('what fetch fails with is passed on as it is', async () => {
  const failure = new TypeError('fetch failed')
  const failing = () => Promise.reject(failure)
  await expect(contextFetch(testContext, failing)('http://a.example', post(call(CONTEXT)))).rejects.toBe(failure)
})

test('the global fetch is the default', async () => {
  const { url, arrived } = await recordingServer()
  expect(await (await contextFetch(testContext)(url.href, post(call(CONTEXT)))).text()).toBe('{}')
  expect(arrived[0]?.headers.get('x-tenant-id')).toBe(CONTEXT.tenant)
})

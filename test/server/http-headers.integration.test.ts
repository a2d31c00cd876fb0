// What getHttpHeaders() reads and forwardHeaders() passes on, on every transport of both majors.
import { ContextError, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import {
  contextTransport,
  forwardHeaders,
  getHttpHeaders,
  installContext,
  runWithContext,
} from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { boundContext, testContext } from '../support/contexts.js'
import { connectCell, HTTP_CELLS, httpTransport, serveStateless } from '../support/http.js'
import { answerOf, connectInMemory, linkedPair, MAJORS, newClient, newServer, reply } from '../support/sdk.js'

type Http = NonNullable<Parameters<typeof installContext>[2]>['http']

const SENT = {
  'x-own': 'own',
  'x-tenant-id': 'victim',
  'x-retries': '9',
  authorization: 'Bearer ofTheRequest',
  cookie: 'a=b',
  'proxy-x': 'p',
  'accept-language': 'de',
}

describe.each(MAJORS)('over HTTP, server of SDK %i', (major) => {
  async function headersOf(read: () => Headers, context: object, http: Http = { verify: false }) {
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), boundContext, { http })
      server.registerTool('read', {}, () => reply([...read()]))
      return server
    })
    const client = newClient(major)
    await client.connect(httpTransport(major, url, { requestInit: { headers: SENT } }))
    onTestFinished(() => client.close())
    const view = createContextClient(client, boundContext, { context })
    return new Headers(answerOf(await view.callTool({ name: 'read' })))
  }

  test('getHttpHeaders has all headers of the request', async () => {
    const headers = await headersOf(getHttpHeaders, {})
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-own': 'own',
      cookie: 'a=b',
      'proxy-x': 'p',
      'accept-language': 'de',
      'content-type': 'application/json',
      host: expect.stringContaining('127.0.0.1'),
    })
  })

  test('a bound header tells what the context says, and not what the request said', async () => {
    const headers = await headersOf(getHttpHeaders, { tenant: 'Zürich', dryRun: false, token: 't0k' })
    expect(headers.get('x-tenant-id')).toBe('=?base64?WsO8cmljaA==?=')
    expect(headers.get('x-dry-run')).toBe('false')
    expect(headers.get('authorization')).toBe('Bearer t0k')
    expect(headers.has('x-retries')).toBe(false)
  })

  test('where the context has no such field, a bound header is not there', async () => {
    for (const http of [{ verify: 'strict' }, { verify: false }, {}] as const) {
      const headers = await headersOf(getHttpHeaders, { unbound: 'u' }, http)
      const bound = ['x-tenant-id', 'x-retries', 'authorization'].map((name) => headers.get(name))
      expect(bound).toEqual([null, null, null])
    }
  })

  test('what was lifted is what a bound header tells', async () => {
    const headers = await headersOf(getHttpHeaders, {}, { lift: true })
    expect(headers.get('x-tenant-id')).toBe('victim')
    expect(headers.get('authorization')).toBe('Bearer ofTheRequest')
  })

  test('forwardHeaders has exactly the named ones', async () => {
    const names = ['X-Own', 'X-TENANT-ID', 'x-retries', 'x-absent', 'cookie']
    const headers = await headersOf(() => forwardHeaders(names), { tenant: 'acme', token: 't0k' })
    expect([...headers]).toEqual([
      ['cookie', 'a=b'],
      ['x-own', 'own'],
      ['x-tenant-id', 'acme'],
    ])
  })

  test('a sensitive field goes where its header is named, and nowhere else', async () => {
    const context = { tenant: 'acme', token: 't0k' }
    expect([...(await headersOf(() => forwardHeaders(['x-tenant-id', 'x-own']), context))].join()).not.toContain('t0k')
    const named = await headersOf(() => forwardHeaders(['Authorization']), context)
    expect([...named]).toEqual([['authorization', 'Bearer t0k']])
  })
})

test.each(HTTP_CELLS)('over $name, a bound header tells what the context says', async (cell) => {
  const url = await cell.serve(() => {
    const server = installContext(newServer(cell.server), testContext, { http: { verify: false } })
    server.registerTool('read', {}, () =>
      reply([
        getHttpHeaders().get('x-tenant-id'),
        getHttpHeaders().get('x-retries'),
        [...forwardHeaders(['x-tenant-id'])],
      ]),
    )
    return server
  })
  const headers = { 'x-tenant-id': 'victim', 'x-retries': '9' }
  const fetched: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } })
  const view = createContextClient(await connectCell(cell, url, { fetch: fetched }), testContext)
  const answer = answerOf(await view.withContext({ tenant: 'acme' }).callTool({ name: 'read' }))
  expect(answer).toEqual(['acme', null, [['x-tenant-id', 'acme']]])
})

test.each(MAJORS)('in memory of SDK %i, the bound headers are there and no others', async (major) => {
  const server = installContext(newServer(major), boundContext)
  server.registerTool('read', {}, () => reply([[...getHttpHeaders()], [...forwardHeaders(['x-dry-run', 'x-own'])]]))
  const client = newClient(major)
  await connectInMemory(client, server)
  const view = createContextClient(client, boundContext, { context: { tenant: 'acme', dryRun: true, unbound: 'u' } })
  expect(answerOf(await view.callTool({ name: 'read' }))).toEqual([
    [
      ['x-dry-run', 'true'],
      ['x-tenant-id', 'acme'],
    ],
    [['x-dry-run', 'true']],
  ])
})

describe('a notification that is refused', () => {
  test.each<[string, object, object]>([
    ['its context is invalid', { tenant: 7, token: 't0k' }, {}],
    ['a header contradicts it', { tenant: 'acme', token: 't0k' }, { 'x-tenant-id': 'victim' }],
  ])('has no bound header, for %s', async (_why, context, sent) => {
    const seen = vi.fn(() =>
      [getHttpHeaders(), forwardHeaders(['x-tenant-id', 'authorization', 'x-own'])].map((h) => [...h]),
    )
    const [, far] = linkedPair(1)
    far.onmessage = seen
    contextTransport(far, boundContext)
    const message = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { _meta: { [boundContext.key]: context } },
    }
    far.onmessage?.(message, { requestInfo: { headers: { 'x-own': 'own', authorization: 'Bearer t0k', ...sent } } })
    expect(seen).toHaveReturnedWith([[['x-own', 'own']], [['x-own', 'own']]])
  })
})

test('of two definitions that bind one header, the first that has the field tells it', () => {
  const second = defineContext({
    key: 'com.example/second',
    schema: z.object({ region: z.string().optional() }),
    headers: { region: 'x-tenant-id' },
  })
  const tenant = () => getHttpHeaders().get('x-tenant-id')
  runWithContext(second, { region: 'eu' }, () => {
    expect(runWithContext(testContext, { tenant: 'acme' }, tenant)).toBe('eu')
    expect(runWithContext(testContext, {}, tenant)).toBe('eu')
  })
  runWithContext(second, {}, () => expect(runWithContext(testContext, { tenant: 'acme' }, tenant)).toBe('acme'))
})

describe('forwardHeaders', () => {
  const forward = (name: unknown) => () => runWithContext(testContext, {}, () => [...forwardHeaders([name as string])])

  test.each([
    'accept',
    'Accept-Encoding',
    'access-control-request-headers',
    'connection',
    'content-length',
    'Content-Type',
    'date',
    'dpop',
    'expect',
    'host',
    'http2-settings',
    'if-match',
    'if-none-match',
    'keep-alive',
    'last-event-id',
    'max-forwards',
    'mcp-protocol-version',
    'Mcp-Session-Id',
    'origin',
    'proxy-authorization',
    'proxy-connection',
    'range',
    'sec-fetch-mode',
    'te',
    'trailer',
    'Transfer-Encoding',
    'upgrade',
    'via',
  ])('refuses %s, which belongs to one connection or message', (name) => {
    expect(forward(name)).toThrow(ContextError)
    expect(forward(name)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        message: `forwardHeaders(): "${name}" belongs to one connection or message, so it cannot be passed on: set it yourself`,
      }),
    )
    expect(() => forwardHeaders([name])).toThrow(/cannot be passed on/)
  })

  test.each(['x-tenant-id', 'X-Request-Id', 'authorization', 'cookie', 'accept-language', 'traceparent', 'x-api-key'])(
    'takes %s, which was named on purpose',
    (name) => {
      expect(forward(name)()).toEqual([])
    },
  )

  test.each<[unknown]>([[''], ['a b'], ['a:b'], ['a\r\nb'], [7], [null], [undefined], [['x-own']], [{}]])(
    'refuses %j, which is no name',
    (name) => {
      expect(forward(name)).toThrow(/is not a header name$/)
    },
  )

  test.each([undefined, null, 'x-own', {}, new Set(['x-own'])])('refuses %j, which is no list', (names) => {
    expect(() => forwardHeaders(names as never)).toThrow(/^forwardHeaders\(\) takes a list of names/)
  })

  test('without names it is empty', () => {
    expect(runWithContext(testContext, { tenant: 'acme' }, () => [...forwardHeaders([])])).toEqual([])
  })
})

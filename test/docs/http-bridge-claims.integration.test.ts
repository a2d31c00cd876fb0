// What docs/http-bridge.md says of the options, the statuses, the names and the values is so.
import { readFile } from 'node:fs/promises'
import { maxHeaderSize } from 'node:http'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { DEFAULT_LIMITS, defineContext } from 'mcp-request-context'
import { createContextClient } from 'mcp-request-context/client'
import { contextFetch, contextToHeaders, decodeHeaderValue, encodeHeaderValue } from 'mcp-request-context/http'
import { getContext, installContext, tryGetContext } from 'mcp-request-context/server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { httpTransport, serveHandler, serveSse, serveStateful, serveStateless } from '../support/http.js'
import { path } from '../support/markdown.js'
import { answerOf, MAJORS, type Major, MODERN, newClient, newServer, reply, type TestServer } from '../support/sdk.js'
import { document, tableWith } from './document.js'

const bound = defineContext({
  schema: z.object({ tenant: z.string().optional() }),
  headers: { tenant: 'X-Tenant-Id' },
})

type Serve = (makeServer: () => TestServer) => Promise<URL>
type Cell = [name: string, major: Major, serve: Serve, status: number, options?: object]

/** Every way in which the SDKs serve HTTP, and the status of a rejection. */
const CELLS: Cell[] = [
  ['SDK 1, stateful', 1, (make) => serveStateful(1, make), 200],
  ['SDK 1, stateless', 1, (make) => serveStateless(1, make), 200],
  ['SDK 1, JSON answers', 1, (make) => serveStateless(1, make, { enableJsonResponse: true }), 200],
  ['SDK 1, HTTP+SSE', 1, serveSse, 202],
  ['SDK 2, stateful', 2, (make) => serveStateful(2, make), 200],
  ['SDK 2, stateless', 2, (make) => serveStateless(2, make), 200],
  ['SDK 2, JSON answers', 2, (make) => serveStateless(2, make, { enableJsonResponse: true }), 200],
  ['SDK 2, createMcpHandler, 2025', 2, serveHandler, 200],
  ['SDK 2, createMcpHandler, 2026-07-28', 2, serveHandler, 400, MODERN],
]

/** A client of a server with a policy, whose calls go with a context and with a header that need not agree. */
async function called([name, major, serve, , options]: Cell, http: object) {
  const url = await serve(() => {
    const server = installContext(newServer(major), bound, { http })
    server.registerTool('read', {}, () => reply(tryGetContext(bound)?.tenant ?? null))
    return server
  })
  const sent: { method: string; status: number }[] = []
  let header: string | undefined
  const proxy = async (input: string | URL, init?: RequestInit) => {
    const { method } = typeof init?.body === 'string' ? JSON.parse(init.body) : { method: '' }
    const headers = new Headers(init?.headers)
    if (header !== undefined) headers.set('X-Tenant-Id', header)
    const response = await fetch(input, { ...init, headers })
    if (init?.method === 'POST') sent.push({ method, status: response.status })
    return response
  }
  const client = newClient(major, options)
  const transport = name.endsWith('SSE')
    ? new SSEClientTransport(url, { fetch: proxy })
    : httpTransport(major, url, { fetch: proxy })
  await client.connect(transport)
  onTestFinished(() => client.close())
  sent.length = 0
  const view = createContextClient(client, bound)
  const call = (field: string | undefined, said: string | undefined) => {
    header = said
    const caller = field === undefined ? client : view.withContext({ tenant: field })
    return caller.callTool({ name: 'read' }).then(answerOf, (error: unknown) => error)
  }
  return { call, sent }
}

describe('the table of verify, lift and prefer', () => {
  const MEANS: Record<string, unknown> = {
    rejected: expect.objectContaining({ code: -32020 }),
    'the field': 'of the field',
    'the header': 'of the header',
    nothing: null,
  }
  const VALUES: Record<string, unknown> = {
    "`'mismatch'`": 'mismatch',
    "`'strict'`": 'strict',
    '`false`': false,
    '`true`': true,
    "`'meta'`": 'meta',
    "`'header'`": 'header',
  }
  const rows = tableWith('`prefer`').map((row) => {
    const { '`verify`': verify = '', '`lift`': lift = '', '`prefer`': prefer = '', ...outcomes } = row
    const http = { verify: VALUES[verify], lift: VALUES[lift], prefer: VALUES[prefer] }
    return { title: JSON.stringify(http), http, outcomes }
  })

  test('has every combination that there is, once', () => {
    const lifts = [
      [false, undefined],
      [true, 'meta'],
      [true, 'header'],
    ] as const
    const all = lifts.flatMap(([lift, prefer]) =>
      ['mismatch', 'strict', false].map((verify) => ({ verify, lift, prefer })),
    )
    expect(rows.map(({ http }) => http)).toEqual(all)
  })

  test.each(rows)('$title', async ({ http, outcomes }) => {
    const columns = Object.keys(outcomes)
    expect(columns).toEqual(['they differ', 'header missing', 'field missing'])
    for (const cell of [CELLS[1], CELLS[8]] as Cell[]) {
      const { call } = await called(cell, http)
      const said = [
        await call('of the field', 'of the header'),
        await call('of the field', undefined),
        await call(undefined, 'of the header'),
      ]
      expect(said, cell[0]).toEqual(columns.map((column) => MEANS[outcomes[column] ?? '']))
      expect(await call('agreed', 'agreed')).toBe('agreed')
    }
  })

  test.each(rows)('$title: a header that cannot be read is refused where it is compared or taken', async ({ http }) => {
    const { call } = await called(CELLS[1] as Cell, http)
    const takes = http.lift === true && http.prefer === 'header'
    const unreadable = '=?base64?Y?='
    const refused = expect.objectContaining({ code: -32020 })
    expect(await call('of the field', unreadable)).toEqual(takes || http.verify !== false ? refused : 'of the field')
    expect(await call(undefined, unreadable)).toEqual(http.lift === true ? refused : null)
  })

  test('the defaults are those that the text names', async () => {
    const { verify, lift, prefer } =
      /defaults are `verify: '(?<verify>\w+)'`, `lift: (?<lift>\w+)` and `prefer: '(?<prefer>\w+)'`/.exec(document)
        ?.groups ?? {}
    const server = installContext(newServer(1), bound)
    expect(() =>
      installContext(server, bound, { http: { verify, lift: lift === 'true', prefer } as object }),
    ).not.toThrow()
    expect(() => installContext(server, bound, { http: { lift: true } })).toThrow()
  })
})

describe('the status of a rejection', () => {
  test.each(CELLS)('%s', async (...cell) => {
    const { call, sent } = await called(cell, {})
    const [, , , status, options] = cell
    expect(await call('acme', 'globex')).toMatchObject({ code: -32020 })
    const methods = options === MODERN ? ['tools/call', 'tools/list', 'tools/call'] : ['tools/call']
    expect(sent).toEqual(methods.map((method) => ({ method, status })))
  })

  test('is told as it is', () => {
    const text = document.replaceAll(/\s+/g, ' ')
    expect(text).toContain("is 400 from SDK 2.x's `createMcpHandler` on a connection of protocol 2026-07-28")
    expect(text).toContain('200, or 202 over HTTP+SSE')
  })
})

describe('what the text says of names and values', () => {
  const [, refused = ''] = /belongs to HTTP, proxies, browsers or MCP, such as (.*?RC-032)/s.exec(document) ?? []
  const names = [...refused.matchAll(/`([A-Z][\w-]*)`/g)].map(([, name = '']) =>
    name.endsWith('-') ? `${name}X` : name,
  )
  const define = (header: unknown) => () =>
    defineContext({ schema: z.object({ token: z.string() }), headers: { token: header } as Record<string, string> })

  test.each(names)('%s is refused', (name) => {
    expect(define(name)).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
  })

  test('so is Authorization, but in the form that the text shows', () => {
    expect(names).toHaveLength(13)
    expect(define('Authorization')).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
    expect(document).toContain("`{ name: 'Authorization', scheme: 'Bearer' }`")
    expect(define({ name: 'Authorization', scheme: 'Bearer' })).not.toThrow()
  })

  test('values read as the text shows them', () => {
    const encoded = /`Zürich` as\s`([^`]+)`/.exec(document)?.[1] ?? ''
    expect(encodeHeaderValue('Zürich')).toBe(encoded)
    const plain = /`([^`]+)` is `acme`/.exec(document)?.[1] ?? ''
    expect(plain).toMatch(/^=\?base64\?/)
    expect(decodeHeaderValue(plain)).toBe('acme')
    expect(encodeHeaderValue('a b')).toBe('a b')
  })

  test('the limits are those of this package, of Node and of Envoy', async () => {
    expect(document).toContain(`, ${DEFAULT_LIMITS.maxHeaderBytes} by default`)
    expect(document).toContain(`Node answers 431 above ${maxHeaderSize / 1024} KiB`)
    const api = 'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto'
    const proto = await readFile(path(`node_modules/@grpc/grpc-js-xds/deps/envoy-api/${api}`), 'utf8')
    const [, kibibytes] =
      /default max request headers allowed is (\d+) KiB.*?max_request_headers_kb = /s.exec(proto) ?? []
    expect(document).toContain(`Envoy takes ${kibibytes} KiB for all`)
    const long = { tenant: 'x'.repeat(DEFAULT_LIMITS.maxHeaderBytes + 1) }
    expect(() => contextToHeaders(bound, long)).toThrow(expect.objectContaining({ code: 'too_large' }))
  })

  test.each(MAJORS)('lifting takes the token of the SDK where the context has none, SDK %i', async (major) => {
    const token = defineContext({
      schema: z.object({ token: z.string().optional() }),
      headers: { token: { name: 'Authorization', scheme: 'Bearer' } },
    })
    const url = await serveStateless(major, () => {
      const server = installContext(newServer(major), token, { required: true, http: { lift: true } })
      server.registerTool('read', {}, () => reply(getContext(token).token))
      return server
    })
    const authProvider = {
      tokens: () => ({ access_token: 'of the SDK', token_type: 'Bearer' }),
      token: async () => 'of the SDK',
    }
    const client = newClient(major)
    await client.connect(httpTransport(major, url, { authProvider, fetch: contextFetch(token) }))
    onTestFinished(() => client.close())
    const view = createContextClient(client, token)
    expect(answerOf(await view.callTool({ name: 'read' }))).toBe('of the SDK')
    expect(answerOf(await view.withContext({ token: 'own' }).callTool({ name: 'read' }))).toBe('own')
  })
})

describe.each(MAJORS)('the redirect from http to https that the client of SDK %i follows', (major) => {
  test.each<[string, string, boolean]>([
    ['on the same host', 'https://a.example/mcp', true],
    ['with a path', 'https://a.example/other', true],
    ['on another host', 'https://b.example/mcp', false],
    ['on a port of its own', 'https://a.example:8443/mcp', false],
  ])('%s', async (_claim, location, follows) => {
    const sent: [url: string, tenant: string | null][] = []
    const fetch = async (input: string | URL, init?: RequestInit) => {
      sent.push([String(input), new Headers(init?.headers).get('x-tenant-id')])
      if (String(input).startsWith('https:')) return new Response(null, { status: 202 })
      return new Response(null, { status: 307, headers: { location } })
    }
    const options = { fetch: contextFetch(bound, fetch) }
    const transport = httpTransport(major, new URL('http://a.example/mcp'), options) as {
      start(): Promise<void>
      send(message: object): Promise<void>
    }
    await transport.start()
    const params = { name: 'read', _meta: { [bound.key]: { tenant: 'acme' } } }
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }).catch(() => undefined)
    const first = ['http://a.example/mcp', 'acme']
    expect(sent).toEqual(follows ? [first, [location, 'acme']] : [first])
  })
})
